"""Volumes that keep a pod from its nodes: what the scheduler says, and what the volumes themselves tell."""

import re
from collections.abc import Iterator

import msgspec

from schemas.kubernetes import NodeSelectorTerm
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.signs.placement import meets
from stream_jobs.core.signs.scheduling import Blame, blames
from stream_jobs.core.signs.volumes import claim_view, claims_of, volume_of, volume_view


class Bound(msgspec.Struct, frozen=True):
    """A claim whose volume can be used on some nodes only."""

    claim: Known
    volume: Known
    terms: tuple[NodeSelectorTerm, ...]


def volume_blames(known: Known, cell: Cell, pattern: re.Pattern[str]) -> Iterator[Blame]:
    """What keeps or kept the pod from a node, where a clause about volumes says so."""
    for blame in blames(known, cell, "volume", "unknown"):
        if any(each.kind == blame.kind and pattern.search(each.text) for each in blame.refusal.clauses):
            yield blame


def claims(known: Known, cell: Cell) -> list[Known]:
    """The pod's claims that were seen, in the order of its volumes."""
    names = dict.fromkeys(claims_of(pod_view(known)).values())
    held = (cell.by_name("PersistentVolumeClaim", known.namespace, each) for each in names)
    return [each for each in held if each is not None]


def bound_claims(known: Known, cell: Cell, blame: Blame) -> list[Bound]:
    """The claims whose volumes the nodes concerned cannot use; where none stands out, all bound ones."""
    found = []
    for claim in claims(known, cell):
        volume = volume_of(claim, cell)
        affinity = volume_view(volume).spec.nodeAffinity if volume is not None else None
        terms = (affinity.required.nodeSelectorTerms if affinity and affinity.required else None) or ()
        if volume is not None and terms:
            found.append(Bound(claim, volume, terms))
    apart = [each for each in found if blame.spots and not any(meets(each.terms, s) for s in blame.spots)]
    return apart or found


def with_mode(known: Known, cell: Cell, mode: str) -> list[Known]:
    """The pod's claims that have an access mode."""
    return [each for each in claims(known, cell) if mode in (claim_view(each).spec.accessModes or ())]
