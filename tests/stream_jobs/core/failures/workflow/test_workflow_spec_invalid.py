"""workflow-spec-invalid: Argo's refusals, and nothing that was started."""

import pytest

from tests.support.lab import Lab
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
