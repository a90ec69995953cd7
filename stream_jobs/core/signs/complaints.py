"""What the kubelet complains of before a container runs: from waiting states and from events, as one story.

A waiting state shows the newest complaint only, and events vanish: each fills the other's holes.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import statuses

Classify = Callable[[str], str]


class Source(msgspec.Struct, frozen=True):
    """Where to look. `classify` gives a complaint's key, or "" for a text that tells nothing."""

    waits: frozenset[str]  # reasons of waiting states
    events: frozenset[str]  # reasons of events (none: events are not looked at),
    told: re.Pattern[str]  # and what their messages match
    classify: Classify


class Complaint(msgspec.Struct, frozen=True):
    """One kind of complaint about one container ("" = about the pod). `until` is None while it is so."""

    container: str
    key: str
    text: str
    since: datetime
    until: datetime | None
    last: datetime  # when it was seen last


class Sign(msgspec.Struct, frozen=True):
    """One sighting of a complaint; `open` means that the container waits with it now."""

    container: str
    key: str
    text: str
    since: datetime
    last: datetime
    open: bool = False


def complaints(known: Known, cell: Cell, source: Source) -> list[Complaint]:
    """The pod's complaints, in the order in which they began."""
    signs = [*_of_waits(known, source), *_of_events(known, cell, source)]
    if not signs:
        return []
    found: list[Complaint] = []
    for container in dict.fromkeys(each.container for each in signs):
        mine = [each for each in signs if each.container == container]
        newest = max(mine, key=lambda each: (each.open, each.last, each.key))
        over = _over(known, source, container, newest.last)
        found += [
            _merge([each for each in mine if each.key == key], newest.key == key, over)
            for key in dict.fromkeys(each.key for each in mine)
        ]
    return sorted(found, key=lambda each: (each.since, each.container, each.key))


def _merge(signs: list[Sign], newest: bool, over: datetime | None) -> Complaint:
    last = max(each.last for each in signs)
    shown = max(signs, key=lambda each: (len(each.text), each.text))  # it stays while two states alternate
    since = min(each.since for each in signs)
    until = (max(over, since) if over is not None else None) if newest else max(last, since)
    return Complaint(shown.container, shown.key, shown.text, since, until, last)


def _of_waits(known: Known, source: Source) -> Iterator[Sign]:
    for wait in known.history.waits:
        if wait.reason in source.waits and (key := source.classify(wait.message or wait.reason)):
            last = wait.until or known.seen
            yield Sign(wait.container, key, wait.message, wait.since, last, wait.until is None)


def _of_events(known: Known, cell: Cell, source: Source) -> Iterator[Sign]:
    for event in cell.events(known, *source.events) if source.events else ():
        if source.told.search(event.message) and (key := source.classify(event.message)):
            yield Sign(event.container, key, event.message, event.first, event.last)


def _over(known: Known, source: Source, container: str, last: datetime) -> datetime | None:
    """When the container got past its complaints; None where it has not."""
    waits = [
        each for each in known.history.waits if each.container == container and each.reason in source.waits
    ]
    if any(each.until is None for each in waits):
        return None
    ends = [each.until for each in waits if each.until is not None]
    starts = list(_starts(known, container))
    if not container and any(each <= last for each in starts):
        return last  # what a pod complains of while it runs does not hold it up
    return max(ends, default=None) or min((each for each in starts if each >= last), default=None)


def _starts(known: Known, container: str) -> Iterator[datetime]:
    """When a container started, or ended without having started; "" means any of the pod's."""
    for ended in known.history.exits:
        if container in ("", ended.container) and (when := ended.started or ended.ended) is not None:
            yield when
    for _, status in statuses(known):
        running = status.state.running if status.state is not None else None
        if container in ("", status.name) and running is not None and running.startedAt is not None:
            yield running.startedAt
