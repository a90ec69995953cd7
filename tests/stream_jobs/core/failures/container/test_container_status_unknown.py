"""container-status-unknown: the 137 is a placeholder, never out of memory."""

import pytest

from tests.support.lab import Lab, Object, at, condition, job, job_pod, status, terminated

LOCATED = "The container could not be located when the pod was terminated"


def lost(message: str = LOCATED, reason: str = "ContainerStatusUnknown", **pod_status: object) -> Object:
    ended = {"exitCode": 137, "reason": reason, "message": message, "startedAt": None, "finishedAt": None}
    state = {"name": "main", "state": {"terminated": ended}, "restartCount": 1}
    turn = condition("DisruptionTarget", "True", "TerminationByKubelet", seconds=40)
    return job_pod(
        "train-x",
        job("train"),
        spec={"nodeName": "worker-1"},
        status=status("Failed", state, conditions=[turn], **pod_status),
    )


@pytest.mark.parametrize(
    "message",
    [
        LOCATED,
        "The container could not be located when the pod was deleted.  The container used to be Running",
    ],
)
def test_it_is_told_as_what_it_is(message: str) -> None:
    lab = Lab().apply(job("train"), lost(message), seconds=50)
    found = lab.one("container-status-unknown")
    assert (found.severity, found.since) == ("medium", at(40))
    assert found.title == (
        "How container main of pod train-x ended is unknown: its machine lost track of it on node worker-1"
    )
    assert lab.failures().isdisjoint({"container-oom-killed", "container-killed-by-signal"})
    assert lab.one("pod-failed").cause == found.id


@pytest.mark.parametrize(
    ("code", "reason", "found"), [(255, "Unknown", 1), (1, "Unknown", 0), (255, "Error", 0)]
)
def test_containerds_word_after_a_restart_of_the_machine(code: int, reason: str, found: int) -> None:
    item = job_pod("train-x", job("train"), status=status("Failed", terminated(code, reason)))
    assert len(Lab().apply(job("train"), item).anomalies("container-status-unknown")) == found


@pytest.mark.parametrize("reason", ["Error", "OOMKilled", "Completed"])
def test_other_ends(reason: str) -> None:
    assert Lab().apply(job("train"), lost(reason=reason)).anomalies("container-status-unknown") == []


def test_of_a_pod_that_was_deleted_it_is_a_note() -> None:
    item = lost()
    item["metadata"] |= {"deletionTimestamp": "2026-11-24T12:01:00Z", "deletionGracePeriodSeconds": 30}
    assert Lab().apply(job("train"), item).one("container-status-unknown").severity == "info"
