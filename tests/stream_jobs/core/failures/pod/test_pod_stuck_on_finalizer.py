"""pod-stuck-on-finalizer: all has ended and something keeps the pod; controllers get their time."""

import pytest

from tests.support.lab import Lab, Object, at, job, job_pod, pod, running, stamp, status, terminated

ENDED = status("Failed", terminated(137, seconds=100))
TRACKING = "batch.kubernetes.io/job-tracking"


def held(*finalizers: str, shown: Object = ENDED) -> Object:
    meta = {
        "finalizers": list(finalizers),
        "deletionTimestamp": stamp(99),
        "deletionGracePeriodSeconds": 2,
    }
    return pod("export", meta=meta, status=shown)


def test_a_stranger_s_finalizer_is_told_soon_and_surely_later() -> None:
    lab = Lab().apply(held("example.com/copy-logs")).quiet(110)
    assert lab.anomalies("pod-stuck-on-finalizer") == []
    found = lab.quiet(117).one("pod-stuck-on-finalizer")
    assert found.title == (
        "Pod export had ended at 2026-11-24 12:01:40 UTC and is held back by example.com/copy-logs"
    )
    assert (found.confidence, found.severity, found.root) == (0.6, "high", True)
    assert lab.root("export") == "pod-stuck-on-finalizer"
    assert lab.quiet(402).one("pod-stuck-on-finalizer").confidence == 1.0
    assert lab.anomalies("pod-stuck-terminating") == []


def test_a_controller_has_five_minutes() -> None:
    lab = Lab().apply(held(TRACKING)).quiet(399)
    assert lab.anomalies("pod-stuck-on-finalizer") == []
    assert lab.quiet(402).one("pod-stuck-on-finalizer").title.endswith(f"held back by {TRACKING}")


def test_when_it_is_gone_it_is_history() -> None:
    lab = Lab().apply(held("example.com/x")).quiet(200).apply(held(), seconds=210).delete(held(), seconds=211)
    found = lab.one("pod-stuck-on-finalizer")
    assert (found.until, found.severity) == (at(211), "info")


@pytest.mark.parametrize(
    "item",
    [
        held("example.com/x", shown=status("Running", running())),
        pod("export", meta={"finalizers": ["example.com/x"]}, status=ENDED),
        held(),
        job_pod("export", job("train"), meta={"finalizers": [TRACKING]}, status=ENDED),
    ],
    ids=["still runs", "not deleted", "nothing keeps it", "kept by its Job"],
)
def test_not(item: Object) -> None:
    assert Lab().apply(item).quiet(900).anomalies("pod-stuck-on-finalizer") == []
