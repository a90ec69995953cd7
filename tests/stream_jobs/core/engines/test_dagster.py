"""Dagster: the Job of the run and the Jobs of its ops are siblings, tied by the run's id."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, condition, job, job_pod, running, stamp, status, terminated

ID = "0a1b2c3d-1111-2222-3333-444455556666"
RUNS = status("Running", running(name="dagster"))
DONE = {"conditions": [condition("Complete", seconds=80)]}
FAILED = {"conditions": [condition("Failed", reason="BackoffLimitExceeded", seconds=70)]}


def labels(op: str = "") -> dict[str, str]:
    found = {"dagster/run-id": ID, "dagster/job": "nightly", "app.kubernetes.io/component": "run_worker"}
    return found | ({"dagster/op": op, "app.kubernetes.io/component": "step_worker"} if op else {})


def made(name: str, op: str = "", seconds: int = 0, **parts: Any) -> Object:
    meta = {"creationTimestamp": stamp(seconds)}
    return job(name, labels=labels(op), meta=meta, **parts)


def pod_of(of: Object, **parts: Any) -> Object:
    meta = {"creationTimestamp": of["metadata"]["creationTimestamp"]}
    return job_pod(
        f"{of['metadata']['name']}-p", of, labels=dict(of["metadata"]["labels"]), meta=meta, **parts
    )


WORKER = f"dagster-run-{ID}"


def test_siblings_are_one_session() -> None:
    worker, load, train = (
        made(WORKER),
        made("dagster-step-aa", "load", 10, status=DONE),
        made("dagster-step-bb", "train", 90),
    )
    lab = Lab().apply(pod_of(train, status=RUNS), worker, pod_of(worker, status=RUNS), load, train)
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.kind, session.name, session.run) == (
        "dagster",
        "DagsterRun",
        "nightly",
        ID,
    )
    assert session.phase == "Running"
    assert {each.name: (each.kind, each.phase) for each in session.steps} == {
        "run": ("run_worker", "Running"),
        "load": ("step_worker", "Succeeded"),
        "train": ("step_worker", "Running"),
    }


@pytest.mark.parametrize(
    ("worker", "op", "phase"),
    [
        (DONE, DONE, "Succeeded"),
        (DONE, FAILED, "Failed"),  # the run worker ends well also where the run failed
        (FAILED, DONE, "Failed"),
        (None, FAILED, "Running"),  # it may try the op again
    ],
)
def test_an_op_that_failed_counts_before_a_worker_that_ended(
    worker: Object | None, op: Object, phase: str
) -> None:
    head = made(WORKER, status=worker)
    lab = Lab().apply(head, pod_of(head, status=RUNS), made("dagster-step-aa", "load", 10, status=op))
    assert lab.session("nightly").phase == phase


def test_a_second_try_of_an_op_is_a_job_of_its_own() -> None:
    first = made("dagster-step-aa", "load", 10, status=FAILED)
    second = made("dagster-step-aa-1", "load", 90)
    died = pod_of(first, status=status("Failed", terminated(1, name="dagster")))
    (step,) = Lab().apply(first, died, second, pod_of(second, status=RUNS)).session("nightly").steps
    assert (step.phase, [each.number for each in step.attempts]) == ("Running", [1, 2])


def test_a_resumed_run_is_the_next_attempt() -> None:
    session = Lab().apply(made(WORKER, status=FAILED), made(f"{WORKER}-1", seconds=90)).session("nightly")
    assert (session.attempt, session.phase) == (2, "Pending")


def test_very_old_versions_have_the_run_in_the_name_alone() -> None:
    old = job(WORKER)
    assert Lab().apply(old).session(ID).engine == "dagster"
    assert Lab().apply(job("dagster-run-of-mine")).session("dagster-run-of-mine").engine == "job"
