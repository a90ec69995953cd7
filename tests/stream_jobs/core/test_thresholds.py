"""Thresholds are read from NAME=VALUE, and change when silence means something."""

from datetime import timedelta

import pytest

from stream_jobs.core.cell import Cell
from stream_jobs.core.thresholds import Level, Patience, ThresholdError, read_thresholds
from tests.support.lab import Lab, pod, running, stamp, status

KNOWN = {
    "pod-slow.patience": Patience(id="pod-slow.patience", default=timedelta(minutes=5), says=""),
    "quota-full.share": Level(id="quota-full.share", default=0.9, says=""),
}
GOING = {"deletionTimestamp": stamp(130), "deletionGracePeriodSeconds": 30}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pod-slow.patience=90s", {"pod-slow.patience": 90}),
        (" pod-slow.patience = 1h30m ", {"pod-slow.patience": 5400}),
        ("pod-slow.patience=1.5m", {"pod-slow.patience": 90}),
        ("quota-full.share=0.75", {"quota-full.share": 0.75}),
    ],
)
def test_it_is_read(text: str, expected: dict[str, float]) -> None:
    assert read_thresholds([text], KNOWN) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pod-slow.patience", "expected NAME=VALUE"),
        ("pod-slow.patienc=5m", "did you mean pod-slow.patience?"),
        ("nothing.alike=5m", "docs/reference/thresholds.md"),
        ("pod-slow.patience=5", "expected a time like 90s"),
        ("pod-slow.patience=soon", "expected a time like 90s"),
        ("quota-full.share=most", "expected a number"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(text: str, words: str) -> None:
    with pytest.raises(ThresholdError, match=r"^[^\n]+$") as caught:
        read_thresholds([text], KNOWN)
    assert words in str(caught.value)


@pytest.mark.parametrize(("seconds", "found"), [(None, 1), (600, 0)])
def test_it_is_waited_so_long_as_was_set(seconds: float | None, found: int) -> None:
    lab = Lab()
    lab.cell = Cell("lab", None if seconds is None else {"pod-stuck-terminating.patience": seconds})
    lab.apply(pod("train", meta=GOING, status=status("Running", running()))).quiet(300)
    assert len(lab.anomalies("pod-stuck-terminating")) == found
