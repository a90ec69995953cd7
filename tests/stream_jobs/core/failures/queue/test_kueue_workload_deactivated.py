"""kueue-workload-deactivated: given up by the queue, or switched off by somebody."""

import pytest

from tests.support.lab import Lab, Object, condition, stamp
from tests.support.queues import admitted, evicted, no_quota, queued_job, reserved, workload

ID = "kueue-workload-deactivated"
TEXT = "The workload is deactivated"


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ((evicted("Deactivated", TEXT),), "was deactivated"),
        ((evicted("InactiveWorkload", TEXT),), "was deactivated"),
        ((evicted("DeactivatedDueToRequeuingLimitExceeded", TEXT),), "sent back too often"),
        ((evicted("Deactivated", "exceeding the maximum execution time"),), "maximumExecutionTimeSeconds"),
        ((evicted("DeactivatedDueToAdmissionCheck", TEXT),), "an admission check rejected it"),
        ((), "was deactivated"),
    ],
)
def test_it_does_not_start_again(conditions: tuple[Object, ...], words: str) -> None:
    lab = Lab().apply(queued_job(), workload(no_quota(TEXT, "Inadmissible"), *conditions, active=False))
    found = lab.one(ID)
    assert (found.severity, found.state) == ("high", "open")
    assert words in found.title
    session = lab.session("train")
    assert session.phase == "Suspended"
    assert "Kueue has deactivated it" in session.wait


def test_switched_off_by_hand_and_on_again() -> None:
    off = workload(active=False)
    off["metadata"]["managedFields"] = [
        {"manager": "kubectl-patch", "operation": "Update", "fields": ["spec.active"], "time": stamp(3)}
    ]
    lab = Lab().apply(queued_job(), workload(reserved(2), admitted(2)), off)
    assert "deactivated by kubectl-patch" in lab.one(ID).title
    lab.apply(workload(no_quota("…", "PendingEvaluation", 300)))
    assert lab.anomalies(ID) == [] or lab.one(ID).state == "closed"


@pytest.mark.parametrize("active", [True, False])
def test_a_run_that_is_over(active: bool) -> None:
    over = workload(condition("Finished", "True", "Succeeded"), active=active)
    assert Lab().apply(queued_job(), over).anomalies(ID) == []
