"""workflow-no-progress: nothing runs, fails or is waited for; known waits are told elsewhere."""

import pytest

from tests.support.edited import manager, workload
from tests.support.lab import Lab, Object, condition, node, running, status, terminated, thing
from tests.support.pipelines import step, step_pod, workflow

LONG = 90 + 15 * 60


def test_a_run_whose_last_pod_ended_long_ago() -> None:
    item = workflow("etl", "Running", "", step("prep", "Succeeded"))
    done = step_pod("prep", item, status=status("Succeeded", terminated(0, "Completed", seconds=90)))
    lab = Lab().apply(item, done).quiet(LONG - 1)
    assert lab.anomalies("workflow-no-progress") == []
    found = lab.quiet(LONG + 2).one("workflow-no-progress")
    assert "stands still since 2026-11-24 12:01:30 UTC" in found.title


def test_a_pod_on_a_node_that_is_out_of_reach_is_no_progress() -> None:
    item = workflow("etl", "Running", "", step("train", "Running", finishedAt=None))
    lost = step_pod("train", item, spec={"nodeName": "gpu-1"}, status=status("Running", running()))
    lab = Lab().apply(node("gpu-1"), node("gpu-1", ready="Unknown"), item, lost).quiet(LONG)
    assert not lab.one("workflow-no-progress").root


def test_a_controller_that_was_scaled_to_0_is_told_at_once() -> None:
    applied = manager("kubectl-client-side-apply", "spec.template")
    deployments = [
        workload("Deployment", "workflow-controller", each, applied, namespace="argo") for each in (1, 0)
    ]
    lab = Lab().apply(*deployments, workflow("etl"))
    assert not lab.one("workflow-no-progress").root


def test_a_pipeline_run_of_tekton() -> None:
    told = {"conditions": [condition("Succeeded", "Unknown", "Running")]}
    lab = Lab().apply(thing("PipelineRun", "etl", api="tekton.dev/v1", status=told)).quiet(LONG)
    assert lab.one("workflow-no-progress").severity == "high"


@pytest.mark.parametrize(
    "item",
    [
        workflow("etl", "Running", "", step("ok", "Running", kind="Suspend")),
        workflow("etl", "Running", "", step("call", "Running", kind="HTTP")),
        workflow(
            "etl", "Running", "", step("train", "Running", "Backoff for 20 minutes 0 seconds", kind="Retry")
        ),
        workflow("etl", "Pending", "Waiting for ml/Mutex/x lock. Lock status: 0/1"),
        workflow("etl", "Running", spec={"suspend": True}),
        workflow("etl", "Succeeded", "", step("a", "Succeeded")),
    ],
)
def test_what_waits_or_is_over(item: Object) -> None:
    assert Lab().apply(item).quiet(LONG).anomalies("workflow-no-progress") == []


def test_a_pod_that_works_is_progress_and_unknown_pods_are_no_proof() -> None:
    item = workflow("etl", "Running", "", step("train", "Running", finishedAt=None))
    works = step_pod("train", item, status=status("Running", running()))
    assert Lab().apply(item, works).quiet(LONG).anomalies("workflow-no-progress") == []
    assert Lab().apply(item).quiet(LONG, ("Event",)).anomalies("workflow-no-progress") == []
