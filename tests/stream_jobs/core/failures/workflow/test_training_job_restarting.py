"""training-job-restarting: by condition, phase or event; over when it runs again."""

import pytest

from tests.support.lab import Lab, Object, condition, pod, status, terminated, thing

ID = "training-job-restarting"
TEXT = "job bert is restarting because Worker replica(s) failed."


def run(kind: str, api: str, stand: Object) -> Object:
    return thing(kind, "bert", api=api, spec={}, status=stand)


def with_conditions(kind: str, api: str, *conditions: Object) -> Object:
    return run(kind, api, {"conditions": list(conditions)})


KUBEFLOW, JOBSET = "kubeflow.org/v1", "jobset.x-k8s.io/v1alpha2"
VOLCANO = "batch.volcano.sh/v1alpha1"
RESTARTS = condition("Restarting", "True", "PyTorchJobRestarting", TEXT, 60)
POLICY = condition(
    "RestartingJobSet", "True", "DefaultFailurePolicy", "applying RestartJobSet failure policy action", 60
)


@pytest.mark.parametrize(
    ("restarts", "runs"),
    [
        (
            with_conditions("PyTorchJob", KUBEFLOW, RESTARTS),
            with_conditions(
                "PyTorchJob", KUBEFLOW, condition("Restarting", "False"), condition("Running", seconds=70)
            ),
        ),
        (
            with_conditions("JobSet", JOBSET, POLICY),
            with_conditions(
                "JobSet", JOBSET, condition("RestartingJobSet", "False", "JobsReady", seconds=70)
            ),
        ),
        (
            run("Job", VOLCANO, {"state": {"phase": "Restarting"}}),
            run("Job", VOLCANO, {"state": {"phase": "Running"}}),
        ),
    ],
)
def test_it_starts_again_and_runs(restarts: Object, runs: Object) -> None:
    lab = Lab().apply(restarts)
    found = lab.one(ID)
    assert (found.severity, found.state, found.subject.kind) == ("high", "open", restarts["kind"])
    assert "is being restarted at" in found.title
    lab.apply(runs)
    assert (lab.one(ID).id, lab.one(ID).state, lab.one(ID).severity) == (found.id, "closed", "info")


def test_ray_tries_again() -> None:
    lab = Lab().apply(run("RayJob", "ray.io/v1", {"jobDeploymentStatus": "Retrying", "message": "again"}))
    assert "again" in lab.one(ID).title


def test_an_event_tells_of_a_condition_that_came_and_went() -> None:
    held = run("JobSet", JOBSET, {})
    lab = (
        Lab()
        .apply(held)
        .event(held, "RestartJobSetFailurePolicyAction", "applying RestartJobSet", seconds=60)
    )
    assert "applying RestartJobSet" in lab.one(ID).title


def test_the_worker_that_failed_first_is_its_cause() -> None:
    held = with_conditions("PyTorchJob", KUBEFLOW)
    bad = pod("bert-worker-1", owner=held, status=status("Failed", terminated(137, "OOMKilled", seconds=50)))
    lab = Lab().apply(held, bad, with_conditions("PyTorchJob", KUBEFLOW, RESTARTS))
    found = lab.one(ID)
    assert "after pod bert-worker-1 had failed" in found.title
    causes = {each.id: each for each in lab.anomalies()}
    assert found.cause is not None
    assert causes[found.cause].subject.name == "bert-worker-1"


@pytest.mark.parametrize(
    "held",
    [
        with_conditions("PyTorchJob", KUBEFLOW, condition("Running")),
        with_conditions("PyTorchJob", KUBEFLOW, condition("Restarting", "False"), condition("Succeeded")),
        run("Job", VOLCANO, {"state": {"phase": "Running"}}),
    ],
)
def test_no_restart(held: Object) -> None:
    assert Lab().apply(held).anomalies(ID) == []
