"""node-ready-flapping: the machine keeps losing and regaining contact."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Turn
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_span
from stream_jobs.core.signs.nodes import LATE, lasting, node_events, shown
from stream_jobs.core.thresholds import Level, Patience

CHANGES = Level(
    id="node-ready-flapping.changes",
    default=3,
    says="So many changes of a node's Ready within the window are more than one bad moment: one makes two",
)
WINDOW = Patience(
    id="node-ready-flapping.window",
    default=timedelta(minutes=15),
    says="The time within which the changes are counted, and without one after which the node is calm again",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    turns = _changes(known)
    count = max(2, int(CHANGES.of(cell)))
    runs = _runs(turns, WINDOW.of(cell), count)
    for run in runs:
        later = lasting(known, cell, None, run[-1].at + WINDOW.of(cell))
        ends = " → ".join(turn.status for turn in run[:6])
        yield Finding(
            says=f"Node {known.name} lost and regained contact again and again: Ready changed "
            f"{count} times or more within {say_span(WINDOW.of(cell))}",
            since=run[0].at,
            until=run[-1].at if later is None else None,
            occurrence=str(run[0].number),
            evidence=(seen(known, run[0].at, f"Ready went {ends}"),),
        )
        yield from later or ()
    if not runs:
        yield from _told(known, cell)


def _changes(known: Known) -> list[Turn]:
    """Each change of Ready's status; what it was when the node was first seen is none."""
    turns = [turn for turn in known.history.turns if turn.type == "Ready"]
    return [turn for before, turn in pairwise(turns) if before.status != turn.status]


def _runs(turns: list[Turn], window: timedelta, count: int) -> list[list[Turn]]:
    """Group changes that lie in windows with at least so many of them."""
    found: list[list[Turn]] = []
    for index in range(len(turns) - count + 1):
        some = turns[index : index + count]
        if some[-1].at - some[0].at > window:
            continue
        if found and found[-1][-1].number >= some[0].number:
            found[-1] += [turn for turn in some if turn.number > found[-1][-1].number]
        else:
            found.append(some)
    return found


def _told(known: Known, cell: Cell) -> Iterator[Finding]:
    """Changes from before the node was watched, as counted in one event."""
    for event in node_events(known, cell, "NodeNotReady"):
        if event.last < known.first_seen - LATE:
            continue  # past when it was first seen: what is bad later is bad for itself
        if event.count < CHANGES.of(cell) or event.last - event.first > WINDOW.of(cell):
            continue  # a count tells nothing of how long each time was, so it takes more of them
        yield Finding(
            says=f"Node {known.name} lost and regained contact again and again: not ready "
            f"{event.count} times within {say_span(event.last - event.first)}",
            since=event.first,
            until=event.last,
            occurrence="told",
            evidence=shown(known, [event]),
        )
        return


FAILURE = Failure(
    id="node-ready-flapping",
    title="Node comes and goes",
    says="The machine keeps losing and regaining contact with the control plane. Pods are not removed in "
    "such short times, but what talks to them breaks.",
    sees="kubectl get nodes shows Ready and NotReady in turns.",
    confirm=(
        "kubectl get events -A --field-selector involvedObject.name=NODE shows NodeNotReady and NodeReady in "
        "turns, with counts",
    ),
    judges=("Node",),
    severity="high",
    role="cause",
    playbook=(
        "Close the node for new pods: kubectl cordon NODE",
        "Look at its network, its load, and the memory that its kubelet has",
    ),
    leads_to=("node-not-ready", "node-unreachable", "distributed-worker-lost"),
    thresholds=(CHANGES, WINDOW),
    find=find,
)
