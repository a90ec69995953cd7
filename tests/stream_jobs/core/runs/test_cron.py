"""Cron schedules are due when Kubernetes would start a Job."""

from datetime import UTC, datetime
from itertools import islice

import pytest

from stream_jobs.core.runs.cron import due, parse

TUESDAY = datetime(2026, 11, 24, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("* * * * *", "", ["11-24 12:01", "11-24 12:02"]),
        ("*/15 * * * *", "", ["11-24 12:15", "11-24 12:30"]),
        ("@hourly", "", ["11-24 13:00", "11-24 14:00"]),
        ("0 2 * * *", "", ["11-25 02:00", "11-26 02:00"]),
        ("30 8-9 * * mon-fri", "", ["11-25 08:30", "11-25 09:30"]),
        ("0 0 * * 7", "", ["11-29 00:00", "12-06 00:00"]),  # 7 is Sunday too
        ("0 0 1,15 * *", "", ["12-01 00:00", "12-15 00:00"]),
        ("0 0 13 * fri", "", ["11-27 00:00", "12-04 00:00"]),  # a day or a weekday
        ("0 12 * dec ?", "", ["12-01 12:00", "12-02 12:00"]),
        ("0 2 * * *", "Europe/Berlin", ["11-25 01:00", "11-26 01:00"]),
        ("CRON_TZ=Asia/Tokyo 0 2 * * *", "", ["11-24 17:00", "11-25 17:00"]),
    ],
)
def test_when_it_is_due(text: str, zone: str, expected: list[str]) -> None:
    schedule = parse(text, zone)
    assert schedule is not None
    assert [f"{each:%m-%d %H:%M}" for each in islice(due(schedule, TUESDAY), 2)] == expected


@pytest.mark.parametrize(
    "text", ["", "invalid-cron", "* * * *", "61 * * * *", "*/0 * * * *", "5-1 * * * *", "@often"]
)
def test_what_is_no_schedule(text: str) -> None:
    assert parse(text) is None


def test_an_unknown_zone_is_no_schedule() -> None:
    assert parse("* * * * *", "Mars/Olympus") is None


def test_the_thirtieth_of_february_never_comes() -> None:
    schedule = parse("0 0 30 2 *")
    assert schedule is not None
    assert list(due(schedule, TUESDAY)) == []
