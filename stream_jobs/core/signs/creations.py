"""What the API server refused to create for an object: told by events, conditions, and Argo on its nodes."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from schemas.contracts import Evidence
from schemas.kubernetes import Workload
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Sighting, Turn
from stream_jobs.core.leads import REFUSAL, refuses, tells_refusals
from stream_jobs.core.runs.workflows import Workflow, nodes_of, workflow_view
from stream_jobs.core.signs.messages import one_line, times

MADE = ("SuccessfulCreate", "SuccessfulCreatePod")
OUTER = re.compile(r"^.*?(?:Error creating(?: [\w ]+)?|[Ff]ailed to create [\w\" .-]+?|error): ", re.DOTALL)
POD_NAME = re.compile(r'pods? "[^"]*"')  # differs from try to try
NODE_PHASES = frozenset({"Pending", "Error", "Failed"})


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
    key = ("refused", known.uid)
    if key not in cell.memo:
        cell.memo[key] = _refused(known, cell)
    found: list[Refused] = cell.memo[key]
    return found


def told(known: Known, cell: Cell, pattern: re.Pattern[str]) -> list[tuple[Refused, re.Match[str]]]:
    """The refusals whose words match a pattern, oldest first, each with the match."""
    every = refused(known, cell)
    if not every:
        return []
    found = ((each, pattern.search(each.inner)) for each in every)
    return [(each, match) for each, match in found if match is not None]


def span(found: Iterable[Refused]) -> tuple[datetime, datetime | None]:
    """From when to when refusals went on; None while one does."""
    found = tuple(found)
    ends = [each.until for each in found]
    over = max((each for each in ends if each is not None), default=None)
    return min(each.since for each in found), None if None in ends else over


def _refused(known: Known, cell: Cell) -> list[Refused]:
    groups: dict[str, list[Sighting]] = {}
    if not (known.history.turns or isinstance(known.view, Workflow) or cell.events(known)):
        return []
    for event in cell.events(known):
        if refuses(known.key, event):
            groups.setdefault(_words(event.message), []).append(event)
    found = [_of_events(known, cell, events) for events in groups.values()]
    found += [each for each in _of_turns(known, cell) if _words(each.inner) not in _all_words(found)]
    if isinstance(known.view, Workflow):
        found += list(_of_nodes(known)) or list(_of_workflow(known))
    return sorted(found, key=lambda each: (each.last, each.inner))


def _words(message: str) -> str:
    return POD_NAME.sub("pod", OUTER.sub("", message, count=1))


def _all_words(found: list[Refused]) -> set[str]:
    return {_words(each.inner) for each in found}


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
    """When the next pod could be created after all, or none was wanted any more: it is history then."""
    made = [each.last for each in cell.events(known, *MADE)]
    made += [each.created for each in cell.owned(known, "Pod") if each.created is not None]
    cured = min((each for each in made if each > last), default=None)
    unwanted = isinstance(known.view, Workload) and known.view.spec.replicas == 0
    return last if cured is None and unwanted else cured


def _of_turns(known: Known, cell: Cell) -> Iterator[Refused]:
    """ReplicaFailure of a ReplicaSet, Succeeded of a TaskRun. A Deployment repeats its ReplicaSet's words."""
    if not tells_refusals(known.key) or (
        known.key == "Deployment.apps" and cell.owned(known, "ReplicaSet.apps")
    ):
        return
    for turn in known.history.turns:
        if REFUSAL.search(turn.message):
            yield Refused(
                inner=OUTER.sub("", turn.message, count=1),
                reason=turn.reason or turn.type,
                since=turn.at,
                last=turn.at,
                until=_turned_at(known, turn) or cured_at(known, cell, turn.at),
                evidence=Evidence(
                    at=turn.at,
                    ref=known.ref,
                    says=f"{turn.type} is {turn.status}: {turn.reason}: {one_line(turn.message)}",
                ),
            )


def _turned_at(known: Known, turn: Turn) -> datetime | None:
    """When the condition came to say something else."""
    later = (each for each in known.history.turns if each.type == turn.type and each.number > turn.number)
    return min((each.at for each in later if not REFUSAL.search(each.message)), default=None)


def _of_nodes(known: Known) -> Iterator[Refused]:
    """Argo takes a refusal by a quota as passing: the node stays Pending. For others it ends the node."""
    for node in nodes_of(known.view).values():
        if node.phase in NODE_PHASES and REFUSAL.search(node.message or ""):
            since = node.startedAt or known.seen
            says = f"{node.shown} is {node.phase}: {one_line(node.message or '')}"
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


def _of_workflow(known: Known) -> Iterator[Refused]:
    """What Argo makes for the whole run, as a volume claim, is refused before there is any step."""
    status = workflow_view(known.view).status
    text = (status.message or "") if status is not None else ""
    if status is None or not REFUSAL.search(text):
        return
    since = status.startedAt or known.created or known.first_seen
    says = f"the Workflow is {status.phase}: {one_line(text)}"
    evidence = Evidence(at=since, ref=known.ref, says=says, resource_version=known.resource_version)
    yield Refused(inner=text, reason="", since=since, last=since, until=None, evidence=evidence)
