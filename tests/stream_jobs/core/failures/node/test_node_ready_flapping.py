"""node-ready-flapping: three changes within a quarter of an hour; one bad moment makes two."""

import pytest

from tests.support.lab import Lab, Object, at, condition
from tests.support.machines import machine, told


def ready(value: str, seconds: float) -> Object:
    return machine(condition("Ready", value, "X", seconds=seconds))


def flapped(*seconds: float) -> Lab:
    lab = Lab().apply(machine())
    for number, second in enumerate(seconds):
        lab.apply(ready("True" if number % 2 else "Unknown", second), seconds=second)
    return lab


def test_it_is_found_and_ends_when_it_is_calm() -> None:
    lab = flapped(60, 120, 200, 260).quiet(300)
    found = lab.one("node-ready-flapping")
    assert (found.since, found.until) == (at(60), None)
    assert lab.anomalies("node-unreachable")[0].cause == found.id
    assert lab.quiet(1300).one("node-ready-flapping").until == at(260)


@pytest.mark.parametrize("seconds", [(60, 120), (60, 120, 1100), (60, 900, 1800)])
def test_what_is_one_bad_moment(seconds: tuple[float, ...]) -> None:
    assert flapped(*seconds).quiet(2000).anomalies("node-ready-flapping") == []


@pytest.mark.parametrize(("count", "until", "found"), [(4, 500, 1), (2, 500, 0), (4, 2000, 0)])
def test_counts_of_events_tell_of_before(count: int, until: float, found: int) -> None:
    times = {"count": count, "lastTimestamp": f"2026-11-24T12:{int(until) // 60:02d}:00Z"}
    lab = told(machine(), [("NodeNotReady", "Node gpu-7 status is now: NodeNotReady")], **times)
    assert len(lab.anomalies("node-ready-flapping")) == found
