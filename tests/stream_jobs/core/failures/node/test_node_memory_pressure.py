"""node-memory-pressure: the condition, or an event where it came and went; False and Unknown are none."""

import pytest

from tests.support.lab import Lab, at, condition
from tests.support.machines import machine, told

SHORT = condition(
    "MemoryPressure", "True", "KubeletHasInsufficientMemory", "kubelet has insufficient memory available", 60
)


def test_the_condition_speaks_at_once() -> None:
    found = Lab().apply(machine(SHORT)).one("node-memory-pressure")
    assert found.title == "Node gpu-7 is nearly out of memory, so the kubelet removes pods and takes no more"
    assert (found.since, found.until, found.subject.name) == (at(60), None, "gpu-7")
    assert "KubeletHasInsufficientMemory" in found.evidence[0].says


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("EvictionThresholdMet", "Attempting to reclaim memory"),
        ("NodeHasInsufficientMemory", "Node gpu-7 status is now: NodeHasInsufficientMemory"),
    ],
)
def test_an_event_is_enough_and_tells_of_what_is_over(reason: str, message: str) -> None:
    found = told(machine(), [(reason, message)]).one("node-memory-pressure")
    assert (found.since, found.until, found.severity) == (at(60), at(60), "info")


def test_condition_and_event_are_one() -> None:
    well = condition("MemoryPressure", "False", "KubeletHasSufficientMemory", seconds=400)
    lab = told(machine(SHORT), [("EvictionThresholdMet", "Attempting to reclaim memory")])
    assert lab.apply(machine(well)).one("node-memory-pressure").until == at(400)


@pytest.mark.parametrize(
    ("kind", "value"), [("MemoryPressure", "False"), ("MemoryPressure", "Unknown"), ("DiskPressure", "True")]
)
def test_what_is_not_short_of_memory(kind: str, value: str) -> None:
    item = machine(condition(kind, value))
    lab = told(item, [("EvictionThresholdMet", "Attempting to reclaim ephemeral-storage")])
    assert lab.event(item, "NodeHasSufficientMemory").anomalies("node-memory-pressure") == []
