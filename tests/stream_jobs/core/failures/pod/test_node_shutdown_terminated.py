"""node-shutdown-terminated: reasons of all versions; the exit code is no memory problem."""

import pytest

from tests.support.lab import Lab, condition, pod, status, terminated

SPEC = {"nodeName": "spot-3", "containers": [{"name": "main"}]}


@pytest.mark.parametrize(
    ("reason", "message", "did"),
    [
        ("Terminated", "Pod was terminated in response to imminent node shutdown.", "was stopped by"),
        ("Shutdown", "Node is shutting, evicting pods", "was stopped by"),
        ("NodeShutdown", "Pod was rejected as the node is shutting down.", "was not taken by"),
        (
            "NodeShutdown",
            "Node is in progress of shutting down, not admitting any new pods",
            "was not taken by",
        ),
    ],
)
def test_all_wordings(reason: str, message: str, did: str) -> None:
    ended = status("Failed", terminated(143, seconds=60), reason=reason, message=message)
    lab = Lab().apply(pod("a", spec=SPEC, status=ended))
    found = lab.one("node-shutdown-terminated")
    assert found.title == f"Pod a {did} node spot-3, which was being switched off"
    assert lab.root("a") == "node-shutdown-terminated"
    assert lab.one("pod-failed").cause == found.id


def test_the_condition_suffices() -> None:
    told = condition(
        "DisruptionTarget",
        reason="TerminationByKubelet",
        message="Pod was terminated in response to imminent node shutdown.",
    )
    assert (
        Lab()
        .apply(pod("a", spec=SPEC, status=status("Failed", conditions=[told])))
        .one("node-shutdown-terminated")
    )


@pytest.mark.parametrize(
    ("reason", "message"),
    [("Terminated", "by the program"), ("Evicted", "The node was low on resource: memory.")],
)
def test_not(reason: str, message: str) -> None:
    lab = Lab().apply(pod("a", spec=SPEC, status=status("Failed", reason=reason, message=message)))
    assert lab.anomalies("node-shutdown-terminated") == []
