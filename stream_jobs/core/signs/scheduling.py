"""Why a pod has no node: which of the scheduler's clauses are to blame.

The scheduler tells of each node the first filter that refused it, so a clause may stand for nodes that the
pod would not get in any case. To blame is what keeps it from the nodes that suit it otherwise.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.references import target
from stream_jobs.core.signs import placement
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.placement import Spot, Wants
from stream_jobs.core.signs.refusals import DEPTH, Refusal, refusals
from stream_jobs.core.thresholds import Patience

UNSURE = Patience(
    id="pod-unschedulable.unsure",
    default=timedelta(seconds=60),
    says="Until the nodes of the cluster are known, what could be read in several ways is held back so long",
)
GROWS = Patience(
    id="pod-unschedulable.growth",
    default=timedelta(minutes=15),
    says="A machine that was ordered may take so long: autoscalers then give up on a group of machines",
)


class Blame(msgspec.Struct, frozen=True):
    """What keeps, or kept, the pod from a node. `spots` are the nodes that it kept it from."""

    kind: str  # a kind of clause, or "size": no node is large enough
    refusal: Refusal
    since: datetime
    until: datetime | None
    spots: tuple[Spot, ...]


def bound_at(known: Known) -> datetime | None:
    """When the pod got its node; None while it has none."""
    if not pod_view(known).spec.nodeName:
        return None
    turns = [each.at for each in known.history.turns if (each.type, each.status) == ("PodScheduled", "True")]
    return turns[0] if turns else known.seen


def grows(known: Known, cell: Cell) -> datetime | None:
    """Until when new machines may still be on their way for the pod; None where no one ordered any."""
    ordered = cell.events(known, "TriggeredScaleUp", "Nominated")
    refused = cell.events(known, "NotTriggerScaleUp")
    if not ordered or (refused and refused[-1].last > ordered[-1].last):
        return None
    return ordered[-1].last + GROWS.of(cell)


def pending_growth(known: Known, cell: Cell) -> Later | None:
    """Not None while new machines are on their way: look again then."""
    at = grows(known, cell)
    return Later(at) if at is not None and (cell.time is None or cell.time < at) else None


# --- what is to blame -----------------------------------------------------------------------------------


def blames(known: Known, cell: Cell, *kinds: str) -> list[Blame]:
    """What keeps or kept the pod from a node, of those kinds."""
    key = ("blames", known.uid)
    if key not in cell.memo:
        cell.memo[key] = list(_blames(known, cell))
    return [each for each in cell.memo[key] if each.kind in kinds]


def unsure_until(known: Known, cell: Cell) -> datetime | None:
    """Not None while nodes may still come without which the scheduler's clauses can be read in several ways.

    What is said too early would have to be taken back.
    """
    said = refusals(known, cell)
    if cell.complete("Node") or not any(len({each.kind for each in one.clauses}) > 1 for one in said):
        return None
    at = said[0].first + UNSURE.of(cell)
    return at if cell.time is None or cell.time < at else None


def _blames(known: Known, cell: Cell) -> Iterator[Blame]:
    said = refusals(known, cell)
    if not said or unsure_until(known, cell) is not None:
        return
    pod, bound = wants_of(known), bound_at(known)
    judged = [(each, blamed(pod, each, placement.spots(cell, each.last))) for each in said]
    for kind in dict.fromkeys(kind for _, found in judged for kind in found):
        mine = [index for index, (_, found) in enumerate(judged) if kind in found]
        refusal, found = judged[mine[-1]]
        since = min(judged[index][0].first for index in mine)
        until = bound if mine[-1] == len(judged) - 1 else judged[mine[-1] + 1][0].first
        yield Blame(kind, refusal, since, max(until, since) if until else None, tuple(found[kind]))


def unplaced(known: Known, cell: Cell, blame: Blame, says: str) -> Iterator[Finding | Later]:
    """Yield the finding for a pod that is or was without a node; a note while machines are on their way."""
    later = pending_growth(known, cell) if blame.until is None else None
    yield Finding(
        says=says,
        since=blame.since,
        until=blame.until,
        about=tuple(target("Node", "", each.node.name) for each in blame.spots),
        severity="info" if later is not None else None,
        evidence=(
            Evidence(at=blame.since, ref=known.ref, says=f"scheduler: {one_line(blame.refusal.text)}"),
        ),
    )
    if later is not None:
        yield later


def wants_of(known: Known) -> Wants:
    """What the pod asks of a node."""
    return placement.wants(pod_view(known).spec)


def blamed(pod: Wants, refusal: Refusal, nodes: list[Spot]) -> dict[str, list[Spot]]:
    """Which kinds of clauses are to blame, each with the nodes concerned, as far as nodes are known."""
    about_pod = [each for each in refusal.clauses if not each.count]
    if about_pod:
        return {each.kind: [] for each in about_pod}
    if not nodes:
        return _deepest(refusal)
    chosen = [each for each in nodes if placement.selected(pod, each)]
    if not chosen:
        deeper = any(DEPTH[each.kind] > DEPTH["selector"] for each in refusal.clauses)
        return _deepest(refusal) if deeper else {"selector": nodes}
    roomy = [each for each in chosen if not placement.lacking(pod, each)]
    if not roomy:
        return _too_large(pod, refusal, chosen)
    return _crowded(pod, refusal, chosen, roomy)


def _deepest(refusal: Refusal) -> dict[str, list[Spot]]:
    """Nodes that failed late are those that suit the pod otherwise."""
    late = [each.kind for each in refusal.clauses if DEPTH[each.kind] > DEPTH["selector"]]
    if late or not refusal.clauses:
        return {kind: [] for kind in late}
    return {max(refusal.clauses, key=lambda each: DEPTH[each.kind]).kind: []}


def _too_large(pod: Wants, refusal: Refusal, chosen: list[Spot]) -> dict[str, list[Spot]]:
    """No suitable node is large enough, even empty. Of what no node has at all, more nodes may bring some."""
    short = {kind: chosen for kind in _kinds(refusal) if kind in ("gpu", "room", "other room")}
    if any(all(each.allocatable.get(resource, 0) for resource in pod.requests) for each in chosen):
        return {"size": chosen, **short}
    return short or _deepest(refusal)


def _crowded(pod: Wants, refusal: Refusal, chosen: list[Spot], roomy: list[Spot]) -> dict[str, list[Spot]]:
    marked = [each for each in roomy if placement.untolerated(pod, each)]
    free = [each for each in roomy if each not in marked]
    ill = [each for each in marked if _by(pod, each, placement.is_fault)]
    found: dict[str, list[Spot]] = {
        kind: free or roomy for kind in _kinds(refusal) if DEPTH[kind] > DEPTH["selector"]
    }
    for kind in [kind for kind in found if _explained(pod, refusal, kind, chosen)]:
        del found[kind]
    if ill and "taint" in _kinds(refusal):
        found["taint"] = ill
    if free or found:
        return found or _deepest(refusal)
    closed = [each for each in marked if _by(pod, each, placement.is_cordon)]
    return {"cordon": closed} if closed else {"taint": marked}


def _by(pod: Wants, spot: Spot, test: "object") -> bool:
    assert callable(test)
    return any(test(taint) for taint in placement.untolerated(pod, spot))


def _kinds(refusal: Refusal) -> list[str]:
    return list(dict.fromkeys(each.kind for each in refusal.clauses))


def _explained(pod: Wants, refusal: Refusal, kind: str, chosen: list[Spot]) -> bool:
    """Whether clauses of a kind speak only of nodes that never have what the pod asks for."""
    mine = [each for each in refusal.clauses if each.kind == kind]
    if kind not in ("gpu", "room", "other room"):
        return False
    small = [each for each in chosen if not placement.untolerated(pod, each)]
    return all(
        each.count
        <= sum(each.text.removeprefix("Insufficient ") in placement.lacking(pod, spot) for spot in small)
        for each in mine
    )
