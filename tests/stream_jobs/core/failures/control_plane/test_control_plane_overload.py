"""control-plane-overload: counted at the owner, against a level that can be set."""

from stream_jobs.core.cell import Cell
from tests.support.lab import Lab, pod, status, thing

OWNER = thing("ReplicaSet", "agent-1", api="apps/v1")


def left(count: int, phase: str = "Failed") -> Lab:
    lab = Lab()
    lab.cell = Cell("lab", {"control-plane-overload.pods": 20})
    return lab.apply(OWNER, *(pod(f"p-{index}", owner=OWNER, status=status(phase)) for index in range(count)))


def test_more_than_the_level() -> None:
    found = left(20).one("control-plane-overload")
    assert "ReplicaSet agent-1" in found.title
    assert "failed pods" in found.title


def test_fewer_or_running() -> None:
    assert left(19).anomalies("control-plane-overload") == []
    assert left(25, "Running").anomalies("control-plane-overload") == []
