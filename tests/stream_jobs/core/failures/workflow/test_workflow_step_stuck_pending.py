"""workflow-step-stuck-pending: direct reasons at once, mere waiting after five minutes."""

import pytest

from tests.support.lab import CORE, Lab, Object, running, status, waiting
from tests.support.pipelines import step, step_pod, task_pod, workflow

GPU = "Unschedulable: 0/3 nodes are available: 3 Insufficient nvidia.com/gpu."


def stuck(message: str) -> Object:
    return workflow("etl", "Running", "", step("train", "Pending", message, finishedAt=None))


@pytest.mark.parametrize(
    "message",
    [
        'ImagePullBackOff: Back-off pulling image "x"',
        "CreateContainerConfigError: configmap not found",
        'pods "etl-1" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=1, limited: pods=1',
    ],
)
def test_direct_reasons_speak_at_once(message: str) -> None:
    found = Lab().apply(stuck(message)).one("workflow-step-stuck-pending")
    assert (found.severity, found.subject.name) == ("medium", "etl")
    assert message[:30] in found.title


def test_a_node_may_still_come() -> None:
    lab = Lab().apply(stuck(GPU))
    assert lab.one("workflow-step-stuck-pending").severity == "low"
    assert lab.quiet(10 + 302).one("workflow-step-stuck-pending").severity == "medium"


@pytest.mark.parametrize("message", ["", "ContainerCreating", "PodInitializing"])
def test_starting_is_told_after_its_time(message: str) -> None:
    lab = Lab().apply(stuck(message)).quiet(10 + 299)
    assert lab.anomalies("workflow-step-stuck-pending") == []
    assert lab.quiet(10 + 302).anomalies("workflow-step-stuck-pending") != []


def test_the_pod_s_failure_is_the_root() -> None:
    message = "Error: ImagePullBackOff"
    owner = stuck("ImagePullBackOff: Back-off")
    pulled = status("Pending", waiting("ImagePullBackOff", message))
    lab = Lab().apply(owner, step_pod("train", owner, status=pulled))
    assert not lab.one("workflow-step-stuck-pending").root


def test_a_task_that_is_known_by_its_pod() -> None:
    lab = Lab().apply(task_pod("train-x")).quiet(302)
    assert "Task train (pod train-x) is Pending" in lab.one("workflow-step-stuck-pending").title
    lab.apply(task_pod("train-x", status=status("Running", running(seconds=400))), seconds=400)
    assert lab.one("workflow-step-stuck-pending").state == "closed"


def test_what_waits_by_design_or_runs() -> None:
    lab = Lab().apply(
        stuck("Waiting for ml/Mutex/x lock. Lock status: 0/1"),
        workflow("b", "Failed", "", step("train", "Pending", GPU)),
        workflow("c", "Running", "", step("train", "Running")),
        task_pod("gated", task="other", spec={"schedulingGates": [{"name": "kueue"}]}),
    )
    assert lab.quiet(900, CORE).anomalies("workflow-step-stuck-pending") == []
