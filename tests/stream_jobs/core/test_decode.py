"""Times before all time and after it are none; the same words elsewhere are kept."""

import pytest

from tests.support.lab import Lab, condition, node, pod


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "0000-01-01T00:00:00Z"]
)
def test_one_cannot_reckon_with_them(time: str) -> None:
    bad = condition("Ready", "Unknown") | {"lastTransitionTime": time}
    item = node("gpu-7", status={"conditions": [bad]}, meta={"creationTimestamp": time})
    lab = Lab().apply(item).quiet(300)
    lab.event(item, "Rebooted", "boot id: 1", firstTimestamp=time, lastTimestamp=time)
    assert lab.refused == []
    assert lab.known(item).created is None
    assert {each.failure for each in lab.anomalies()} == {"node-unreachable", "node-rebooted"}


def test_what_is_no_time_is_kept() -> None:
    item = pod(
        "train", annotations={"until": "9999-12-31T23:59:59Z", "a.io/startedAt": "0001-01-01T00:00:00Z"}
    )
    assert Lab().apply(item).known(item).annotations == item["metadata"]["annotations"]
