"""How a node said that it was ill: by its conditions and by events about it, and how bad that was."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from schemas.contracts import Evidence, Severity
from stream_jobs.core.cell import Cell
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.disruption import TAINT_MANAGER, Stretch, disrupted, ran_on, stretches, told_by
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.node_marks import hurt
from stream_jobs.core.thresholds import Patience

LATE = timedelta(minutes=1)  # events of a node and its conditions tell the same thing so far apart
SHOWN = 3  # events that are shown as evidence


class Trouble(msgspec.Struct, frozen=True):
    """A time in which the node was ill in one way. `says` is how it said so, on one line."""

    name: str  # the condition's type, or the event's reason
    reason: str
    says: str
    since: datetime
    until: datetime | None
    occurrence: str
    evidence: tuple[Evidence, ...]


# --- Ready ----------------------------------------------------------------------------------------------


def bad_times(known: Known, cell: Cell, status: str, says: str, start: Patience) -> Iterator[Finding | Later]:
    """Yield a finding for each time in which the node's Ready had that status; `says` follows its name."""
    for each in stretches(known):
        if each.status != status:
            continue
        later = starting(known, cell, each, start.of(cell))
        if later is not None:
            yield from later
            continue
        yield Finding(
            says=f"Node {known.name} {says}{_detail(each)}",
            since=each.since,
            until=each.until,
            occurrence=str(each.number),
            evidence=(
                seen(
                    known,
                    each.since,
                    one_line(f"Ready is {status}: {each.reason}: {each.message}").rstrip(": "),
                ),
            ),
            severity=_severity(known, cell, each),
        )


def starting(known: Known, cell: Cell, each: Stretch, span: timedelta) -> tuple[Later, ...] | None:
    """None where the time counts; else, as the node is new, when to look again."""
    if known.created is None or each.since >= known.created + span:
        return None
    return lasting(known, cell, each.until, known.created + span)


def lasting(known: Known, cell: Cell, until: datetime | None, limit: datetime) -> tuple[Later, ...] | None:
    """None where a thing lasts, or lasted, beyond a limit; else when to look again: never once it is over."""
    if until is not None:
        return None if until > limit else ()
    now = known.deleted or cell.time
    return None if now is not None and now > limit else (Later(limit + timedelta(seconds=1)),)


def _detail(each: Stretch) -> str:
    return f": {one_line(each.message, 200)}" if each.message and each.status == "False" else ""


def _severity(known: Known, cell: Cell, each: Stretch) -> Severity | None:
    """Over, and no pod was removed because of it: hardly worth a word."""
    if each.until is None:
        return None
    lost = [turn for pod in ran_on(cell, known) if (turn := disrupted(pod, TAINT_MANAGER)) is not None]
    return None if any(each.since - LATE <= turn.at <= each.until + LATE for turn in lost) else "low"


# --- other conditions, and events -----------------------------------------------------------------------


def node_events(known: Known, cell: Cell, *reasons: str) -> list[Sighting]:
    """Events about this node, oldest first; those of another node that had the name before are left out."""
    born = (known.created or known.first_seen) - LATE
    return [
        each
        for each in cell.events(known, *reasons)
        if each.last >= born and (known.deleted is None or each.first <= known.deleted + LATE)
    ]


def spells(known: Known, kind: str, bad: str = "True") -> list[Stretch]:
    """The times in which a condition had its bad status, oldest first."""
    turns = [turn for turn in known.history.turns if turn.type == kind]
    found: list[Stretch] = []
    for turn, following in zip(turns, [*turns[1:], None], strict=False):
        until = following.at if following is not None else known.deleted
        if turn.status != bad:
            continue
        if found and found[-1].until == turn.at:
            found[-1] = msgspec.structs.replace(found[-1], until=until)
        else:
            found.append(Stretch(turn.status, turn.reason, turn.message, turn.at, until, turn.number))
    return found


def conditions_true(known: Known, wanted: re.Pattern[str]) -> Iterator[Trouble]:
    """Conditions of which True is bad: the pressures, and those of node-problem-detector."""
    yield from _conditions(known, wanted, "True")


def conditions_false(known: Known, wanted: re.Pattern[str]) -> Iterator[Trouble]:
    """Conditions of which False is bad: Ready, and the …Ready of the EKS node monitoring agent."""
    yield from _conditions(known, wanted, "False")


def _conditions(known: Known, wanted: re.Pattern[str], bad: str) -> Iterator[Trouble]:
    for kind in dict.fromkeys(turn.type for turn in known.history.turns):
        if not wanted.fullmatch(kind):
            continue
        for each in spells(known, kind, bad):
            says = one_line(f"{kind} is {bad}: {each.reason}: {each.message}").rstrip(": ")
            until = max(each.since, each.until) if each.until is not None else None
            name = f"{kind} {each.number}"
            evidence = (seen(known, each.since, says),)
            yield Trouble(kind, each.reason, says, each.since, until, name, evidence)


def complaints(
    known: Known, cell: Cell, wanted: Mapping[str, str], but: re.Pattern[str] | None = None
) -> Iterator[Trouble]:
    """Events that tell of trouble: reason -> pattern that the message must have; `but`: none that has this.

    Events of one reason are one trouble, over with the last of them.
    """
    if not cell.events(known):
        return
    for reason, pattern in wanted.items():
        told = [
            each
            for each in node_events(known, cell, reason)
            if re.search(pattern, each.message) and (but is None or not but.search(each.message))
        ]
        if not told:
            continue
        last = max(told, key=lambda each: (each.last, each.uid))
        says = one_line(f"{reason}: {last.message}").rstrip(": ")
        since, until = min(each.first for each in told), last.last
        yield Trouble(reason, reason, says, since, until, reason, shown(known, told))


def shown(known: Known, told: list[Sighting]) -> tuple[Evidence, ...]:
    """The newest of some events of the node as evidence."""
    return tuple(
        told_by(known, each.first, one_line(f"{each.reason}: {each.message}").rstrip(": "))
        for each in told[-SHOWN:]
    )


def outside(found: list[Trouble], told: Iterator[Trouble]) -> Iterator[Trouble]:
    """The troubles that events told of and no condition shows: those that came and went unseen."""
    for each in told:
        if not any(
            each.since <= (one.until or each.since) + LATE and (each.until or one.since) >= one.since - LATE
            for one in found
        ):
            yield each


def weight(known: Known, cell: Cell, each: Trouble, full: Severity | None = None) -> Severity | None:
    """Return the severity of a fault that counts even when it is over: low, where it did nobody harm."""
    if each.until is None or hurt(cell, known, each.since, each.until):
        return full
    return "low"


def ill(known: Known, each: Trouble, says: str, severity: Severity | None = None) -> Finding:
    """Return the finding of a trouble; `says` follows the node's name."""
    return Finding(
        says=f"Node {known.name} {says}",
        since=each.since,
        until=each.until,
        occurrence=each.occurrence,
        evidence=each.evidence,
        severity=severity,
    )
