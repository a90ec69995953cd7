"""evicted-node-pressure: whatever else a node was short of, and pods that it did not take."""

import pytest

from tests.support.lab import Lab, pod, status

SPEC = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}


def evicted(message: str) -> Lab:
    return Lab().apply(pod("a", spec=SPEC, status=status("Failed", reason="Evicted", message=message)))


@pytest.mark.parametrize(
    ("message", "title"),
    [
        (
            "Pod was rejected: The node had condition: [DiskPressure]. ",
            "not taken by, something (DiskPressure)",
        ),
        ("Pod The node had condition: [MemoryPressure]. ", "not taken by, something (MemoryPressure)"),
        ("The node was low on resource: pids. ", "removed from, process numbers"),
        ("", "removed from, something that it did not name"),
    ],
)
def test_what_the_node_was_short_of(message: str, title: str) -> None:
    lab = evicted(message)
    did, what = title.split(", ")
    assert lab.one("evicted-node-pressure").title == f"Pod a was {did} node gpu-7, which was short of {what}"
    assert lab.one("pod-failed").cause == lab.one("evicted-node-pressure").id


@pytest.mark.parametrize(
    "message", ["The node was low on resource: memory. ", "The node was low on resource: ephemeral-storage. "]
)
def test_what_has_a_name_of_its_own(message: str) -> None:
    assert evicted(message).anomalies("evicted-node-pressure") == []
