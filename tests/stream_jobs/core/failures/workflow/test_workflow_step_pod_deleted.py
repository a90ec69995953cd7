"""workflow-step-pod-deleted: Argo's word, and who did it as the root."""

import pytest

from tests.support.lab import Lab, condition, node, running, stamp, status
from tests.support.pipelines import step, step_pod, workflow

UP = status("Running", running())
FORCED = {"deletionTimestamp": stamp(60), "deletionGracePeriodSeconds": 0}


@pytest.mark.parametrize("message", ["pod deleted", "container deleted"])
def test_the_one_who_deleted_it_is_the_root(message: str) -> None:
    flow = workflow("etl", "Error", message, step("etl-1", "Error", message, displayName="train"))
    gone = step_pod("etl-train-1", flow, node="etl-1", meta=FORCED, status=UP)
    lab = Lab().apply(workflow("etl", "Running"), gone).delete(gone, seconds=61).apply(flow, seconds=100)
    found = lab.one("workflow-step-pod-deleted")
    assert found.title == (
        "The pod (etl-train-1) of step train of Workflow etl was deleted before it had finished"
    )
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert [each.failure for each in verdict.path] == [
        "pod-deleted-by-user",
        "workflow-step-pod-deleted",
        "workflow-failed",
    ]


def test_a_lost_node_is_the_root() -> None:
    flow = workflow("etl", "Error", "pod deleted", step("etl-1", "Error", "pod deleted"))
    evicted = condition("DisruptionTarget", reason="DeletionByTaintManager", seconds=70)
    spec = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}
    gone = step_pod(
        "etl-1", flow, spec=spec, meta=FORCED, status=status("Running", running(), conditions=[evicted])
    )
    lost = node("gpu-7", ready="Unknown", meta={"creationTimestamp": "2026-11-23T12:00:00Z"})
    lab = Lab().apply(lost, flow, gone).delete(gone, seconds=90)
    assert lab.root("etl") == "node-unreachable"


def test_pods_that_are_cleaned_up_after_the_end_are_none() -> None:
    flow = workflow("etl", "Succeeded", "", step("etl-1", "Succeeded"))
    done = step_pod("etl-1", flow, status=status("Succeeded"))
    lab = Lab().apply(flow, done).delete(done).delete(flow)
    assert lab.anomalies() == []


def test_a_retry_made_up_for_it() -> None:
    retry = step("etl", "Succeeded", kind="Retry", children=["etl-0", "etl-1"])
    flow = workflow(
        "etl", "Succeeded", "", retry, step("etl-0", "Error", "pod deleted"), step("etl-1", "Succeeded")
    )
    assert Lab().apply(flow).anomalies("workflow-step-pod-deleted") == []
