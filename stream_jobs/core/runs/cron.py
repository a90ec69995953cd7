"""Cron schedules: when a CronJob is due next. The dialect is that of robfig/cron, which Kubernetes uses."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
DAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
RANGES: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, MONTHS),
    (0, 7, DAYS),
)
MACROS = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
HORIZON = timedelta(days=366 * 5)  # February 29th on a Monday may be far


class Schedule(msgspec.Struct, frozen=True):
    """The minutes, hours and days at which something is due, in its time zone."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool  # days or weekdays are "*": both must hold; else one suffices
    zone: str = ""


@lru_cache(maxsize=512)
def parse(text: str, zone: str = "") -> Schedule | None:
    """Read five fields or a macro, "CRON_TZ=Europe/Berlin" before them; None where it is none of these."""
    words = text.split()
    if words and words[0].startswith(("TZ=", "CRON_TZ=")):
        zone = words.pop(0).partition("=")[2]
    if len(words) == 1:
        words = MACROS.get(words[0], "").split()
    if len(words) != 5 or _zone(zone) is None:
        return None
    fields = [_field(word, *each) for word, each in zip(words, RANGES, strict=True)]
    if not all(fields):
        return None
    minutes, hours, days, months, weekdays = fields
    weekdays = frozenset(each % 7 for each in weekdays)
    either = words[2].startswith(("*", "?")) or words[4].startswith(("*", "?"))
    return Schedule(minutes, hours, days, months, weekdays, either, zone)


def _field(text: str, low: int, high: int, names: dict[str, int]) -> frozenset[int]:
    """The numbers that a field names; empty where it cannot be read."""
    found: set[int] = set()
    for part in text.lower().split(","):
        body, _, step = part.partition("/")
        first, dash, last = body.partition("-")
        if body in ("*", "?"):
            begin, end = low, high
        else:
            begin, end = _number(first, names), _number(last, names) if dash else -1
            if not dash:
                end = high if step else begin
        every = int(step) if step.isdigit() else 0 if step else 1
        if not (low <= begin <= end <= high and every > 0):
            return frozenset()
        found.update(range(begin, end + 1, every))
    return frozenset(found)


def _number(text: str, names: dict[str, int]) -> int:
    return names.get(text, int(text) if text.isdigit() else -1)


def due(schedule: Schedule, after: datetime) -> Iterator[datetime]:
    """Yield the times at which it is due after a time, in UTC; none where it never is."""
    zone = _zone(schedule.zone) or UTC
    local = after.astimezone(zone).replace(second=0, microsecond=0) + timedelta(minutes=1)
    limit = local + HORIZON
    while local < limit:
        if not _on_day(schedule, local):
            local = (local + timedelta(days=1)).replace(hour=0, minute=0)
        elif local.hour not in schedule.hours:
            local = (local + timedelta(hours=1)).replace(minute=0)
        elif local.minute not in schedule.minutes:
            local += timedelta(minutes=1)
        else:
            yield local.astimezone(UTC)
            local += timedelta(minutes=1)


def _on_day(schedule: Schedule, local: datetime) -> bool:
    day, weekday = local.day in schedule.days, local.isoweekday() % 7 in schedule.weekdays
    return local.month in schedule.months and ((day and weekday) if schedule.any_day else (day or weekday))


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo | None:
    """The zone of that name; the controller's own, which is UTC nearly everywhere, for none."""
    if name in ("", "UTC", "Etc/UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
