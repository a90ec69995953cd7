"""kueue-exceeds-max-quota: without the word "unused" it is for ever."""

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

ID = "kueue-exceeds-max-quota"
TOO_MUCH = (
    "couldn't assign flavors to pod set main: insufficient quota for cpu in flavor rf, previously considered "
    "podsets requests (0) + current podset request (2) > maximum capacity (1)"
)
OLD = "couldn't assign flavors to pod set main: insufficient quota for cpu in flavor rf in ClusterQueue"
# One resource waits, the other never fits; one pod set waits, the other never fits.
MIXED = (
    "couldn't assign flavors to pod set main: insufficient unused quota for memory in flavor rf, 1Gi more "
    "needed, " + TOO_MUCH.partition(": ")[2]
)
SETS = FULL + "; " + TOO_MUCH.replace("main", "worker")
TAINTED = (
    "couldn't assign flavors to pod set main: untolerated taint {gpu true NoSchedule <nil>} in flavor a100"
)
AFFINITY = "couldn't assign flavors to pod set main: flavor a100 doesn't match node affinity"


def waiting(message: str, reason: str = "Pending") -> Lab:
    return Lab().apply(cluster_queue(), local_queue(), queued_job(), workload(no_quota(message, reason)))


@pytest.mark.parametrize(
    ("message", "reason"),
    [(text, "Pending") for text in (TOO_MUCH, OLD, MIXED, SETS, TAINTED, AFFINITY)]
    + [(TOO_MUCH, "ExceedsMaxQuota"), (TAINTED, "NoMatchingFlavor")],
)
def test_never(message: str, reason: str) -> None:
    lab = waiting(message, reason)
    found = lab.one(ID)
    assert (found.severity, found.root, found.subject.name) == ("high", True, "team-a-cq")
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == ID


def test_the_numbers() -> None:
    title = waiting(TOO_MUCH).one(ID).title
    assert "it asks for 2 CPUs of flavor rf, and the queue has 1 CPU at most" in title


@pytest.mark.parametrize(
    "message",
    [FULL, TOO_MUCH.replace("insufficient", "insufficient unused"), f"{AFFINITY}, {FULL.partition(': ')[2]}"],
)
def test_later(message: str) -> None:
    assert waiting(message).anomalies(ID) == []


def test_cured_when_the_quota_was_raised() -> None:
    lab = waiting(TOO_MUCH).apply(workload(reserved(60), admitted(60)))
    lab.apply(queued_job(suspended=False))
    assert (lab.one(ID).state, lab.one(ID).severity) == ("closed", "info")
