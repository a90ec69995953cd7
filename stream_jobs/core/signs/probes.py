"""Probes of containers: the kubelet's events about them, container by container, and when they went well."""

import re
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.finding import Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import statuses
from stream_jobs.core.signs.lives import WELL


def by_container(events: list[Sighting], pattern: re.Pattern[str]) -> dict[str, list[Sighting]]:
    """The events that match, by container; a group `name` names it where the event does not."""
    found: dict[str, list[Sighting]] = {}
    for each in events:
        match = pattern.search(each.message)
        if match is not None:
            name = each.container or match.groupdict().get("name") or ""
            found.setdefault(name, []).append(each)
    return found


def quiet_since(known: Known, cell: Cell, name: str, last: datetime) -> datetime | Later | None:
    """When it was well again: no failure for so long, in a container that runs."""
    running = any(
        status.name in (name, "") or not name
        for _, status in statuses(known)
        if status.state is not None and status.state.running is not None
    )
    if not running or not known.exists:
        return None
    now = cell.time
    return last + timedelta(seconds=1) if now is not None and now >= last + WELL else Later(last + WELL)
