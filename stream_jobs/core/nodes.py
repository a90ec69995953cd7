"""How bad a node's bad time was: pods it cost, and whether it was only starting."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import Severity
from stream_jobs.core.cell import Cell
from stream_jobs.core.disruption import TAINT_MANAGER, Stretch, disrupted, ran_on, stretches
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.messages import one_line
from stream_jobs.core.pods import seen

START = timedelta(minutes=2)  # a new node is not ready until its network and runtime are
LATE = timedelta(minutes=1)


def bad_times(known: Known, cell: Cell, status: str, says: str) -> Iterator[Finding | Later]:
    """Yield a finding for each time in which the node's Ready had that status; `says` follows its name."""
    for each in stretches(known):
        if each.status != status:
            continue
        later = _starting(known, cell, each)
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


def _starting(known: Known, cell: Cell, each: Stretch) -> tuple[Later, ...] | None:
    """None where the time counts; else when to look again."""
    if known.created is None or each.since >= known.created + START:
        return None
    limit = known.created + START
    if each.until is not None:
        return None if each.until > limit else ()
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
