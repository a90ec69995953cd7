"""workflow-deadline-exceeded: in the words of Argo, Tekton and KubeRay; stopped pods are effects."""

import pytest

from tests.support.lab import Lab, Object, condition, status, terminated, thing
from tests.support.pipelines import step, step_pod, workflow

LATE = "Pod was active on the node longer than the specified deadline"


@pytest.mark.parametrize("message", ["Step exceeded its deadline", "Workflow timed out", LATE])
def test_argo_names_the_limit(message: str) -> None:
    spec = {"activeDeadlineSeconds": 3600}
    lab = Lab().apply(workflow("etl", "Failed", message, step("etl-1", "Failed", message), spec=spec))
    found = lab.one("workflow-deadline-exceeded")
    assert found.title == "Workflow etl ran into its time limit of 1 h and was ended"
    assert found.root


def test_a_step_s_own_limit_names_the_step() -> None:
    nodes = step("train", "Failed", "Step exceeded its deadline")
    lab = Lab().apply(workflow("etl", "Failed", "child 'train' failed", nodes))
    assert lab.one("workflow-deadline-exceeded").title.startswith("Step train of Workflow etl ran into")


@pytest.mark.parametrize("reason", ["PipelineRunTimeout", "TaskRunTimeout"])
def test_tekton_s_reasons(reason: str) -> None:
    told = {"conditions": [condition("Succeeded", "False", reason, "failed to finish within 1h0m0s")]}
    lab = Lab().apply(thing("PipelineRun", "etl", api="tekton.dev/v1", status=told))
    assert lab.one("workflow-deadline-exceeded").subject.kind == "PipelineRun"


@pytest.mark.parametrize("reason", ["DeadlineExceeded", "PreRunningDeadlineExceeded"])
def test_kuberay_s_reasons(reason: str) -> None:
    told = {
        "jobDeploymentStatus": "Failed",
        "reason": reason,
        "message": "The RayJob has passed the deadline",
    }
    lab = Lab().apply(
        thing("RayJob", "train", api="ray.io/v1", spec={"activeDeadlineSeconds": 60}, status=told)
    )
    assert "time limit of 1 min" in lab.one("workflow-deadline-exceeded").title


def test_the_pod_s_end_is_its_effect() -> None:
    owner = workflow("etl", "Failed", LATE, step("etl", "Failed", LATE), spec={"activeDeadlineSeconds": 12})
    told = status("Failed", terminated(137, seconds=92), reason="DeadlineExceeded", message=LATE)
    lab = Lab().apply(owner, step_pod("etl", owner, status=told))
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert verdict.failure == "workflow-deadline-exceeded"
    assert not lab.one("pod-failed").root


@pytest.mark.parametrize(
    "message", ["child 'etl-1' failed", "main: Error (exit code 1)", "No more retries left"]
)
def test_other_ends_are_others(message: str) -> None:
    item: Object = workflow("etl", "Failed", message, step("etl-1", "Failed", message))
    assert Lab().apply(item).anomalies("workflow-deadline-exceeded") == []
