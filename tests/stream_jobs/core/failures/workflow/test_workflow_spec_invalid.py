"""workflow-spec-invalid: Argo's refusals, and nothing that was started."""

import pytest

from tests.support.lab import Lab, condition, thing
from tests.support.pipelines import step, step_pod, workflow


@pytest.mark.parametrize(
    "message",
    [
        "invalid spec: templates.main.steps[0].train template name 'trian' undefined",
        "invalid spec: templates.main inputs.parameters.lr was not supplied",
        "templates.main.tasks.a sorting failed: invalid dependency b",
        "spec.entrypoint is required",
        "template reference shared.train not found",
        "invalid spec: templates.main: failed to resolve {{steps.a.outputs.result}}",
        'workflowtemplates.argoproj.io "train-template" not found',
        'clusterworkflowtemplates.argoproj.io "train-template" not found',
    ],
)
def test_argo_s_refusals_are_the_root(message: str) -> None:
    lab = Lab().apply(workflow("etl", "Error", message))
    found = lab.one("workflow-spec-invalid")
    assert message in found.title
    assert found.root
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert [each.failure for each in verdict.path] == ["workflow-spec-invalid", "workflow-failed"]


def test_the_nearest_name_is_shown() -> None:
    lab = Lab().apply(
        workflow("etl", "Failed", "invalid spec: templates.main template name 'trian' undefined")
    )
    assert lab.one("workflow-spec-invalid").playbook[0] == "No template is called trian: did you mean train?"


@pytest.mark.parametrize("message", ["child 'etl-1' failed", "pod deleted", "Workflow timed out", ""])
def test_other_ends_are_others(message: str) -> None:
    assert Lab().apply(workflow("etl", "Failed", message)).anomalies("workflow-spec-invalid") == []


def test_a_run_that_started_steps_was_valid() -> None:
    message = "invalid spec: templates.late: failed to resolve {{inputs.x}}"
    node = step("etl-1", "Succeeded")
    with_pod = workflow("other", "Failed", message)
    lab = Lab().apply(workflow("etl", "Error", message, node), with_pod, step_pod("other-1", with_pod))
    assert lab.anomalies("workflow-spec-invalid") == []


@pytest.mark.parametrize(
    "reason",
    [
        "PipelineValidationFailed",
        "CouldntGetTask",
        "ParameterMissing",
        "ParameterTypeMismatch",
        "InvalidWorkspaceBindings",
        "TaskRunValidationFailed",
    ],
)
def test_tekton_s_refusals(reason: str) -> None:
    told = {"conditions": [condition("Succeeded", "False", reason, "task train is missing lr")]}
    lab = Lab().apply(thing("PipelineRun", "etl", api="tekton.dev/v1", status=told))
    assert "task train is missing lr" in lab.one("workflow-spec-invalid").title
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert verdict.failure == "workflow-spec-invalid"


def test_other_engines_refusals() -> None:
    ray = {
        "jobDeploymentStatus": "ValidationFailed",
        "reason": "ValidationFailed",
        "message": "no headGroupSpec",
    }
    train = {
        "conditions": [condition("Failed", reason="TrainingRuntimeNotSupported", message="no such runtime")]
    }
    lab = Lab().apply(
        thing("RayJob", "a", api="ray.io/v1", status=ray),
        thing("TrainJob", "b", api="trainer.kubeflow.org/v1alpha1", status=train),
    )
    kinds = {each.subject.kind for each in lab.anomalies("workflow-spec-invalid")}
    assert "RayJob" in kinds
    assert kinds <= {"RayJob", "TrainJob"}


@pytest.mark.parametrize(
    "reason", ["Failed", "PipelineRunTimeout", "InvalidImageName", "TaskRunImagePullFailed"]
)
def test_tekton_s_other_ends(reason: str) -> None:
    told = {"conditions": [condition("Succeeded", "False", reason, "x")]}
    lab = Lab().apply(thing("PipelineRun", "etl", api="tekton.dev/v1", status=told))
    assert lab.anomalies("workflow-spec-invalid") == []
