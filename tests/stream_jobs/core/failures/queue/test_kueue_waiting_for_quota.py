"""kueue-waiting-for-quota: "unused" is the word; a moment's wait is none, a usual one a note."""

import pytest

from tests.support.lab import Lab
from tests.support.queues import (
    FULL,
    admitted,
    cluster_queue,
    local_queue,
    no_quota,
    queued_job,
    reserved,
    workload,
)

ID = "kueue-waiting-for-quota"
# One flavor is too small for ever, and the other only taken now.
EITHER = (
    "couldn't assign flavors to pod set main: insufficient quota for cpu in flavor spot, previously "
    "considered podsets requests (0) + current podset request (4) > maximum capacity (1), insufficient "
    "unused quota for cpu in flavor reserved, 2 more needed"
)


def waiting(message: str, reason: str) -> Lab:
    return Lab().apply(cluster_queue(), local_queue(), queued_job(), workload(no_quota(message, reason)))


@pytest.mark.parametrize("reason", ["WaitingForQuota", "Pending"])
@pytest.mark.parametrize("message", [FULL, EITHER])
def test_the_quota_is_in_use(message: str, reason: str) -> None:
    lab = waiting(message, reason).quiet(60)
    found, verdict = lab.one(ID), lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == ID
    assert (found.severity, found.subject.kind, found.subject.name) == ("info", "ClusterQueue", "team-a-cq")
    assert "Job train waits in queue main (ClusterQueue team-a-cq)" in found.title
    assert "more needed" in found.title


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (EITHER.partition(", insufficient unused")[0], "Pending"),  # never, so another failure
        ("LocalQueue main doesn't exist", "Inadmissible"),
        ("The workload is waiting to be looked at", "PendingEvaluation"),
    ],
)
def test_other_reasons(message: str, reason: str) -> None:
    assert waiting(message, reason).quiet(60).anomalies(ID) == []


def test_a_moment_is_not_told() -> None:
    lab = waiting(FULL, "WaitingForPreemptedWorkloads").quiet(9)
    assert lab.anomalies(ID) == []
    lab.apply(workload(reserved(9), admitted(9))).quiet(900)
    assert lab.anomalies(ID) == []


def test_a_wait_that_is_over_is_why_the_run_took_so_long() -> None:
    lab = waiting(FULL, "WaitingForQuota").quiet(60)
    lab.apply(workload(no_quota("…", "PendingEvaluation"))).apply(workload(no_quota(FULL, "WaitingForQuota")))
    lab.apply(workload(reserved(70), admitted(70)))
    lab.apply(queued_job(suspended=False, status={"succeeded": 1}))
    found = lab.one(ID)
    assert (found.state, found.severity) == ("closed", "info")
    assert "waited" in found.title
    assert "from 2026-11-24 12:00:05 UTC to 2026-11-24 12:01:10 UTC" in found.title


@pytest.mark.parametrize(("hours", "severity"), [(2, "low"), (5, "medium")])
def test_longer_than_usual(hours: int, severity: str) -> None:
    assert waiting(FULL, "Pending").quiet(hours * 3600).one(ID).severity == severity
