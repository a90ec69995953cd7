"""Katib: trials are steps, their jobs are nested runs, the suggestion service is neither."""

from typing import Any

import pytest

from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)

API = "kubeflow.org/v1beta1"
LABEL = "katib.kubeflow.org/"
RUNS = status("Running", running())


def experiment(*conditions: Object, **parts: Any) -> Object:
    return thing("Experiment", "tune", api=API, spec={}, status={"conditions": list(conditions)}, **parts)


def trial(name: str, *conditions: Object, lr: str = "0.1", **more: Any) -> Object:
    spec = {"parameterAssignments": [{"name": "lr", "value": lr}]}
    stand = {"conditions": list(conditions)} | more
    labels = {LABEL + "experiment": "tune"}
    return thing("Trial", name, api=API, owner=experiment(), labels=labels, spec=spec, status=stand)


def work(name: str, **parts: Any) -> list[Object]:
    """A trial's job has its name, and its pods the labels of both."""
    made = job(name, owner=trial(name))
    labels = {LABEL + "experiment": "tune", LABEL + "trial": name}
    return [made, job_pod(f"{name}-x", made, labels=labels, **parts)]


def service() -> list[Object]:
    """The suggestion service: its pods carry the experiment's label."""
    suggestion = thing("Suggestion", "tune", api=API, owner=experiment(), status={"conditions": []})
    deployment = thing("Deployment", "tune-random", api="apps/v1", owner=suggestion, spec={})
    labels = {LABEL + "experiment": "tune", LABEL + "deployment": "tune-random", LABEL + "suggestion": "tune"}
    return [suggestion, deployment, pod("tune-random-x", owner=deployment, labels=labels, status=RUNS)]


@pytest.mark.parametrize(
    ("conditions", "phase", "ended"),
    [
        ((), "Pending", None),
        ((condition("Created"),), "Pending", None),
        ((condition("Created"), condition("Running")), "Running", None),
        ((condition("Running", "False"), condition("Succeeded", seconds=90)), "Succeeded", at(90)),
        ((condition("Running", "False"), condition("Failed", seconds=90)), "Failed", at(90)),
        ((condition("Succeeded", "False"), condition("Restarting")), "Running", None),
    ],
)
def test_phases(conditions: tuple[Object, ...], phase: str, ended: Any) -> None:
    session = Lab().apply(experiment(*conditions)).session("tune")
    assert (session.engine, session.kind, session.phase, session.ended) == (
        "katib",
        "Experiment",
        phase,
        ended,
    )


@pytest.mark.parametrize(
    ("kind", "phase"),
    [
        ("Created", "Pending"),
        ("Running", "Running"),
        ("Succeeded", "Succeeded"),
        ("EarlyStopped", "Succeeded"),
        ("Killed", "Cancelled"),
        ("Failed", "Failed"),
        ("MetricsUnavailable", "Error"),
    ],
)
def test_trials_are_steps(kind: str, phase: str) -> None:
    lab = Lab().apply(
        experiment(condition("Running")), trial("tune-a1", condition("Created"), condition(kind))
    )
    (step,) = lab.session("tune").steps
    assert (step.name, step.kind, step.phase) == ("tune-a1", "Trial", phase)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]])
def test_a_trials_job_is_a_run_nested_in_the_experiment(order: list[int]) -> None:
    objects = [experiment(condition("Running")), trial("tune-a1"), *work("tune-a1", status=RUNS)]
    lab = Lab().apply(*(objects[each] for each in order))
    outer, inner = lab.session("tune"), lab.session("tune-a1")
    assert (inner.engine, inner.parent, inner.link) == ("job", outer.id, "owner")
    assert [each.pod for each in outer.steps[0].attempts] == ["tune-a1-x"]


def test_the_suggestion_service_is_no_trial() -> None:
    lab = Lab().apply(experiment(condition("Created")), *service())
    session = lab.session("tune")
    assert (session.steps, session.started, session.requests.cpus) == ((), None, 0)
    assert session.wait == "its suggestion service, which picks the parameters, is not up"
    assert len(lab.sessions) == 1


def test_what_a_trial_tried_and_measured() -> None:
    metrics = {"observation": {"metrics": [{"name": "accuracy", "latest": "0.93"}]}}
    lab = Lab().apply(experiment(), trial("tune-a1", condition("Succeeded"), lr="0.01", **metrics))
    assert lab.session("tune").steps[0].message == "lr=0.01: accuracy 0.93"


def test_one_that_goes_on_after_its_end_is_in_its_second_attempt() -> None:
    lab = Lab().apply(experiment(condition("Succeeded", reason="ExperimentMaxTrialsReached")))
    assert lab.session("tune").message == "ExperimentMaxTrialsReached"
    lab.apply(experiment(condition("Succeeded", "False"), condition("Restarting"), condition("Running")))
    assert (lab.session("tune").phase, lab.session("tune").attempt) == ("Running", 2)


def test_a_trial_that_failed_and_its_experiment_with_it() -> None:
    lab = Lab().apply(experiment(condition("Running")), trial("tune-a1"))
    bad = status("Failed", terminated(137, "OOMKilled", seconds=50))
    lab.apply(*work("tune-a1", status=bad))
    reason = "TrialFailed. Job reason: BackoffLimitExceeded"
    lab.apply(trial("tune-a1", condition("Failed", "True", reason, "Trial has failed. Job message: no", 80)))
    lab.apply(experiment(condition("Failed", "True", "ExperimentFailed", "maxFailedTrialCount reached", 90)))
    failed = {each.subject.kind: each for each in lab.anomalies("training-job-failed")}
    assert failed["Experiment"].cause == failed["Trial"].id
    verdict = lab.session("tune").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.path[-1].subject.name) == ("container-oom-killed", "tune")


def test_a_trial_without_its_metric() -> None:
    lab = Lab().apply(experiment(condition("Running")))
    lab.apply(
        trial("tune-a1", condition("MetricsUnavailable", "True", "MetricsUnavailable", "no metric", 80))
    )
    found = lab.one("training-job-failed")
    assert "Trial tune-a1" in found.title
    assert any("metric" in each for each in found.playbook)


def test_what_its_trials_tell_where_it_was_not_seen() -> None:
    session = (
        Lab().apply(trial("tune-a1", condition("Running")), *work("tune-a1", status=RUNS)).session("tune")
    )
    assert (session.uid, session.phase) == ("uid-experiment-tune", "Running")
    assert session.message == "the Experiment itself was not seen: this is what its trials tell"


def test_an_experiment_of_seldon_is_another_kind() -> None:
    lab = Lab().apply(thing("Experiment", "ab", api="mlops.seldon.io/v1alpha1", status={"conditions": []}))
    assert not any(each.engine == "katib" for each in lab.sessions.values())


def test_the_time_of_a_trial() -> None:
    times = {"startTime": stamp(10), "completionTime": stamp(70)}
    step = Lab().apply(experiment(), trial("t", condition("Succeeded"), **times)).session("tune").steps[0]
    assert (step.started, step.ended) == (at(10), at(70))
