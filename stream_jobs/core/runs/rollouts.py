"""Runs that stay until somebody stops them (notebooks, servers): a session is one activation or rollout.

The object itself belongs to the newest of them. What is well is Running; what was replaced has done its work
where it was ever ready.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from schemas.contracts import ENDED, Phase
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import Description
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, ended_at, first_start, pod_phase, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import Role, fold, role_step


class Rollout(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine knows of one rollout; `head` is its object where this is the newest."""

    kind: str
    name: str
    uid: str = ""
    run: str = ""
    user: str = ""
    definition: str = ""
    head: Known | None
    members: list[Known]
    roles: list[Role]
    stand: tuple[Phase, str] | None = None  # as the object tells; None: as the pods do
    attempt: int = 1


def describe_rollout(told: Rollout, cell: Cell) -> Description:
    """Return the rollout as a session's description."""
    pods = pods_of(told.members)
    phase, message = told.stand or (left(pods), "")
    first = min(told.members, key=lambda each: (each.created or each.first_seen, each.uid))
    began = told.head if told.head is not None and not pods else (pods[0] if pods else first)
    return Description(
        kind=told.kind,
        name=told.name,
        uid=told.uid,
        run=told.run or told.uid,
        definition=told.definition or told.name,
        user=told.user,
        phase=phase,
        message=message,
        wait=wait_of(pods) if phase in ("Pending", "Running") else "",
        created=began.created,
        started=first_start(pods),
        ended=_ended(told, pods) if phase in ENDED else None,
        deleted=told.head.deleted if told.head is not None else None,
        attempt=told.attempt,
        steps=tuple(role_step(each, cell, phase) for each in told.roles),
        requests=widest(pods),
    )


def _ended(told: Rollout, pods: list[Known]) -> datetime | None:
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    head = told.head
    gone = head.deleted if head is not None else None
    return gone or max(ends, default=None) or (head.seen if head is not None else None)


def left(pods: list[Known]) -> Phase:
    """How a rollout stands that is not the newest any more, or whose object was not seen."""
    alive = [each for each in pods if each.exists]
    if alive:
        return fold(pod_phase(each) for each in alive)
    return "Succeeded" if ever_ready(pods) else "Cancelled"


def ever_ready(every: Iterable[Known]) -> bool:
    """Whether one of the objects had the condition Ready at some time."""
    return any(
        turn.type == "Ready" and turn.status == "True" for each in every for turn in each.history.turns
    )


def ready_stand(head: Known, kind: str = "Ready") -> tuple[Phase, str]:
    """How an object stands by its condition Ready; one that was ready before ails, and goes on."""
    told = condition(head, kind)
    said = f"{told.reason or ''}: {told.message or ''}".strip(": ") if told is not None else ""
    if not head.exists:
        return "Cancelled", ""
    if told is not None and told.status == "True":
        return "Running", ""
    before = any(turn.type == kind and turn.status == "True" for turn in head.history.turns)
    return ("Running" if before else "Pending"), said


def newest(every: Iterable[Known]) -> Known | None:
    """The one that was made last."""
    return max(every, key=lambda each: (each.created or each.first_seen, each.uid), default=None)
