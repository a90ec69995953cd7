"""What controllers were refused to create: FailedCreate events, and what Argo writes on Workflow nodes."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.leads import REFUSED
from stream_jobs.core.messages import one_line, times
from stream_jobs.core.workflows import Workflow, nodes_of

MADE = ("SuccessfulCreate", "SuccessfulCreatePod")
OUTER = re.compile(r"^.*?(?:Error creating|error): ", re.DOTALL)
POD_NAME = re.compile(r'pods? "[^"]*"')  # differs from try to try


class Refused(msgspec.Struct, frozen=True):
    """One refusal, from `since` to `last`; `reason` is the event's, "" where an Argo node tells of it."""

    inner: str  # the API server's own words
    reason: str
    since: datetime
    last: datetime
    until: datetime | None
    evidence: Evidence


def refused(known: Known, cell: Cell) -> list[Refused]:
    """What the object was refused to create, oldest first; tries that differ only in a pod's name are one."""
    groups: dict[str, list[Sighting]] = {}
    for event in cell.events(known, *REFUSED):
        groups.setdefault(POD_NAME.sub("pod", event.message), []).append(event)
    found = [_of_events(known, cell, events) for events in groups.values()]
    if isinstance(known.view, Workflow):
        found += _of_nodes(known)
    return sorted(found, key=lambda each: (each.last, each.inner))


def _of_events(known: Known, cell: Cell, events: list[Sighting]) -> Refused:
    newest, since = events[-1], min(each.first for each in events)
    says = f"{newest.reason}{times(sum(each.count for each in events))}: {one_line(newest.message)}"
    return Refused(
        inner=OUTER.sub("", newest.message, count=1),
        reason=newest.reason,
        since=since,
        last=newest.last,
        until=cured_at(known, cell, newest.last),
        evidence=Evidence(at=since, ref=known.ref, says=says),
    )


def cured_at(known: Known, cell: Cell, last: datetime) -> datetime | None:
    """When the next pod could be created after all: the refusal is history then."""
    made = [each.last for each in cell.events(known, *MADE)]
    made += [each.created for each in cell.owned(known, "Pod") if each.created is not None]
    return min((each for each in made if each > last), default=None)


def _of_nodes(known: Known) -> Iterator[Refused]:
    """Argo takes a refusal by a quota as passing: the node stays Pending and tells why."""
    for node in nodes_of(known.view).values():
        if node.phase == "Pending" and "forbidden: " in (node.message or ""):
            since = node.startedAt or known.seen
            says = f"{node.displayName or node.name} is Pending: {one_line(node.message or '')}"
            yield Refused(
                inner=node.message or "",
                reason="",
                since=since,
                last=known.seen,
                until=None,
                evidence=Evidence(
                    at=since, ref=known.ref, says=says, resource_version=known.resource_version
                ),
            )
