"""pod-deleted-by-user: what neither owner, nor namespace, nor node, nor scheduler did."""

from typing import Any

import pytest

from tests.support.edited import manager
from tests.support.lab import (
    Lab,
    Object,
    condition,
    job,
    job_pod,
    node,
    pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)
from tests.support.pipelines import step, step_pod, task_pod, workflow

GOING = {"deletionTimestamp": stamp(130), "deletionGracePeriodSeconds": 30}
UP = status("Running", running())
ON_NODE = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}
COMPLETE = {"conditions": [condition("Complete", seconds=200)]}


def test_a_working_pod_of_an_active_job() -> None:
    train = job("train")
    lab = Lab().apply(train, job_pod("train-x", train, meta=GOING, status=UP))
    found = lab.one("pod-deleted-by-user")
    assert found.title == (
        "Pod train-x was deleted by somebody or some tool at 2026-11-24 12:01:40 UTC, "
        "while it ran (since 2026-11-24 12:00:10 UTC)"
    )
    assert (found.root, found.severity) == (True, "high")


def test_it_is_told_also_where_the_job_went_well_in_the_end() -> None:
    train = job("train")
    gone = job_pod("train-x", train, meta=GOING, status=UP)
    lab = Lab().apply(train, gone).delete(gone, seconds=131).apply(job("train", status=COMPLETE))
    assert lab.one("pod-deleted-by-user").severity == "high"
    assert lab.root("train") == "pod-deleted-by-user"


def test_the_kubelet_s_last_word_does_not_move_the_time() -> None:
    lab = Lab().apply(pod("debug", meta=GOING, status=UP))
    last = GOING | {"deletionTimestamp": stamp(132), "deletionGracePeriodSeconds": 0}
    ended = status("Failed", terminated(137, seconds=131))
    lab.delete(pod("debug", meta=last, status=ended), seconds=133)
    assert "12:01:40" in lab.one("pod-deleted-by-user").title
    assert lab.session("debug").phase == "Cancelled"


def test_a_pod_deleted_by_force_leaves_its_step_without_a_pod() -> None:
    flow = workflow("etl", "Running")
    gone = step_pod(
        "etl-a", flow, meta={"deletionTimestamp": stamp(60), "deletionGracePeriodSeconds": 0}, status=UP
    )
    lab = Lab().apply(flow, gone).delete(gone, seconds=61)
    assert lab.one("pod-deleted-by-user").subject.name == "etl-a"


def finished(kind: str) -> Object:
    return job("train", status={"conditions": [condition(kind, seconds=99)]})


@pytest.mark.parametrize(
    "owner",
    [
        pytest.param(finished("Complete"), id="complete"),
        pytest.param(finished("FailureTarget"), id="about to fail"),
        pytest.param(finished("Suspended"), id="suspended"),
        pytest.param(job("train", meta={"deletionTimestamp": stamp(100)}), id="deleted in the foreground"),
    ],
)
def test_an_owner_that_is_over_removes_its_pods(owner: Object) -> None:
    work = job_pod("train-x", job("train"), meta=GOING, status=UP)
    for order in ((owner, work), (work, owner)):
        assert Lab().apply(*order).anomalies("pod-deleted-by-user") == []


def test_an_owner_deleted_in_the_background_takes_its_pods_along() -> None:
    flow = workflow("etl", "Running")
    lab = Lab().apply(flow).delete(flow, seconds=99)
    lab.apply(step_pod("etl-a", flow, meta=GOING, status=UP))
    assert lab.anomalies("pod-deleted-by-user") == []


def test_an_owner_of_the_owner_counts_too() -> None:
    jobset = thing("JobSet", "llm", api="jobset.x-k8s.io/v1alpha2")
    child = job("llm-workers-0", owner=jobset)
    lab = Lab().apply(jobset, child, job_pod("llm-workers-0-0", child, meta=GOING, status=UP))
    assert len(lab.anomalies("pod-deleted-by-user")) == 1
    lab.apply(job("llm-workers-0", owner=jobset, meta={"deletionTimestamp": stamp(101)}))
    assert lab.anomalies("pod-deleted-by-user") == []


def test_an_owner_that_says_it_deleted_the_pod() -> None:
    train = job("train", spec={"parallelism": 2})
    lab = Lab().apply(train, job_pod("train-x", train, meta=GOING, status=UP))
    lab.event(train, "SuccessfulDelete", "Deleted pod: train-x", component="job-controller")
    assert lab.anomalies("pod-deleted-by-user") == []


def test_a_job_that_was_made_smaller() -> None:
    small = job(
        "train", spec={"parallelism": 1}, meta={"managedFields": [manager("kubectl-edit", seconds=99)]}
    )
    lab = Lab().apply(job("train", spec={"parallelism": 2}), seconds=50)
    lab.apply(job_pod("train-x", job("train"), meta=GOING, status=UP)).apply(small, seconds=100)
    assert lab.anomalies("pod-deleted-by-user") == []


@pytest.mark.parametrize(
    "reason", ["PreemptionByScheduler", "DeletionByTaintManager", "EvictionByEvictionAPI"]
)
def test_a_disruption_is_none(reason: str) -> None:
    told = status("Running", running(), conditions=[condition("DisruptionTarget", reason=reason)])
    assert Lab().apply(pod("debug", meta=GOING, status=told)).anomalies("pod-deleted-by-user") == []


@pytest.mark.parametrize("cause", [node("gpu-7", ready="Unknown"), node("gpu-7", ready="False")])
def test_an_ill_node_is_none(cause: Object) -> None:
    lab = Lab().apply(pod("debug", meta=GOING, spec=ON_NODE, status=UP), cause)
    assert lab.anomalies("pod-deleted-by-user") == []


def test_a_namespace_that_goes_takes_all_along() -> None:
    lab = Lab().apply(pod("debug", meta=GOING, status=UP))
    lab.apply(thing("Namespace", "ml", namespace="", meta={"deletionTimestamp": stamp(95)}))
    assert lab.anomalies("pod-deleted-by-user") == []


def test_clean_up_after_the_end_is_none() -> None:
    done: dict[str, Any] = status("Succeeded", terminated(0, "Completed", seconds=60))
    assert Lab().apply(pod("debug", meta=GOING, status=done)).anomalies("pod-deleted-by-user") == []


def test_a_stopped_workflow_and_a_tool_clean_up_themselves() -> None:
    flow = workflow("etl", "Running", spec={"shutdown": "Terminate"})
    lab = Lab().apply(flow, step_pod("etl-a", flow, meta=GOING, status=UP), task_pod("train", meta=GOING))
    assert lab.anomalies("pod-deleted-by-user") == []


def test_an_owner_that_was_never_seen_may_have_done_it() -> None:
    lab = Lab().apply(job_pod("train-x", job("train"), meta=GOING, status=UP))
    assert lab.anomalies("pod-deleted-by-user") == []


def test_kueue_and_argo_give_pods_up_that_still_wait() -> None:
    kueue = status(
        "Pending", conditions=[condition("TerminationTarget", reason="WorkloadEvictedDueToPreempted")]
    )
    late = workflow("etl", "Running", "", step("etl-a", "Failed", "Step exceeded its deadline"))
    lab = Lab().apply(pod("queued", meta=GOING, status=kueue), late, step_pod("etl-a", late, meta=GOING))
    assert lab.anomalies("pod-deleted-by-user") == []
