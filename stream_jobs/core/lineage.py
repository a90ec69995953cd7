"""Which run started another that no owner reference ties to it: a guess with a score, never an identity.

A step that creates a job through a client library leaves no owner. What it does leave: an echo of its own run
id in labels or annotations, its name in the other's name, its life around the other's birth, and a client
library as field manager.
"""

from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import Description
from stream_jobs.core.known import Known
from stream_jobs.core.leads import awaits_parent
from stream_jobs.core.pods import ended_at, pods_of, started_at

ECHO, NAMED, AROUND, LIBRARY = 0.95, 0.4, 0.2, 0.2
ENOUGH = 0.6
SHORTEST = 4  # a shorter name is in many others by chance


class Parent(msgspec.Struct, frozen=True):
    """The run that probably started another; `score` is 0..1."""

    session: str
    score: float


def infer_parent(cell: Cell, session: str, told: Description) -> Parent | None:
    """Return the run that started this one, where exactly one fits best and well enough."""
    head = cell.objects.get(told.uid)
    if head is None or head.key == "Pod" or not awaits_parent(head):
        return None
    scores: dict[str, float] = {}
    for pod in _pods(cell, head.namespace):
        home = cell.homes.get(pod.uid, ())
        if home and session not in home:
            scores[home[-1]] = max(scores.get(home[-1], 0.0), _score(cell, head, pod, home[-1]))
    best = sorted(scores.items(), key=lambda each: -each[1])[:2]
    if not best or best[0][1] < ENOUGH or (len(best) > 1 and best[1][1] == best[0][1]):
        return None
    return Parent(best[0][0], best[0][1])


def _pods(cell: Cell, namespace: str) -> list[Known]:
    """The namespace's pods; found once for all runs of one judgement."""
    memo = ("pods", namespace)
    if memo not in cell.memo:
        cell.memo[memo] = [each for each in pods_of(cell.every("Pod")) if each.namespace == namespace]
    found: list[Known] = cell.memo[memo]
    return found


def _score(cell: Cell, head: Known, pod: Known, session: str) -> float:
    run = cell.runs[session]
    ids = {each for each in (run.key, run.key.rpartition("/")[2]) if len(each) >= SHORTEST}
    if ids & {*head.labels.values(), *head.annotations.values()}:
        return ECHO
    if not _born_within(head, pod):
        return 0.0
    told = cell.described.get(session)
    names = [told.name, told.definition, *(step.name for step in told.steps)] if told else []
    named = any(len(each) >= SHORTEST and each.lower() in head.name.lower() for each in names)
    return round(AROUND + LIBRARY + (NAMED if named else 0.0), 2)


def _born_within(head: Known, pod: Known) -> bool:
    born: datetime | None = head.created
    since = started_at(pod)
    if born is None or since is None or born < since:
        return False
    until = ended_at(pod) or pod.deleted
    return until is None or born <= until
