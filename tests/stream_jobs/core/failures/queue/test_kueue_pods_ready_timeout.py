"""kueue-pods-ready-timeout: its cause is what held up the pods."""

import pytest

from tests.support.lab import Lab, condition, job_pod, status
from tests.support.queues import admitted, evicted, no_quota, queued_job, reserved, workload

ID = "kueue-pods-ready-timeout"
LATE = "Exceeded the PodsReady timeout ml/job-train-06251"
NO_NODE = condition(
    "PodScheduled", "False", "Unschedulable", "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.", 3
)


def test_the_pods_did_not_start() -> None:
    pod = job_pod("train-x", queued_job(), status=status("Pending", conditions=[NO_NODE]))
    lab = Lab().apply(queued_job(suspended=False), workload(reserved(2), admitted(2)), pod)
    back = workload(no_quota("…", "PendingEvaluation", 300), evicted("PodsReadyTimeout", LATE, 300))
    lab.apply(back | {"status": back["status"] | {"requeueState": {"count": 3}}}, seconds=301)
    found = lab.one(ID)
    assert found.severity == "high"
    assert "Job train was sent back to queue main" in found.title
    assert "(3 times by now)" in found.title
    causes = {each.id: each for each in lab.anomalies()}
    assert found.cause is not None
    assert causes[found.cause].failure in ("pod-unschedulable", "insufficient-gpu")


@pytest.mark.parametrize(
    "conditions",
    [
        (evicted("Preempted", "Preempted to accommodate a workload"),),
        (reserved(), admitted(), condition("PodsReady", "False", "WaitForStart", "Not all pods are ready")),
    ],
)
def test_other_evictions_and_pods_that_start(conditions: tuple[dict[str, object], ...]) -> None:
    assert Lab().apply(queued_job(), workload(*conditions)).quiet(200).anomalies(ID) == []


def test_a_dump_without_workloads_has_what_the_job_was_told() -> None:
    lab = Lab().apply(queued_job())
    lab.event(queued_job(), "Stopped", LATE, component="batch/job-kueue-controller", seconds=100)
    assert "Job train was sent back to queue main" in lab.one(ID).title
