"""insufficient-gpu: not enough GPUs are free on the nodes that suit the pod."""

from collections.abc import Iterator

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.quantities import say_amount
from stream_jobs.core.references import target
from stream_jobs.core.signs import placement
from stream_jobs.core.signs.gpus import shortages
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.refusals import resources_of
from stream_jobs.core.signs.scheduling import Blame, blames, unplaced, wants_of

SHOWN = 4  # nodes that are named


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in blames(known, cell, "gpu"):
        resources = resources_of(blame.refusal, "gpu")
        asked = wants_of(known).requests
        wanted = listed([say_amount(each, asked.get(each, 0)) for each in resources])
        waits = "waits" if blame.until is None else "waited"
        says = f"Pod {known.name} {waits} for {wanted}: {_offers(blame, resources[0])}"
        lost = tuple(target("Node", "", name) for name in _lost(known, cell, blame, resources))
        for each in unplaced(known, cell, blame, says):
            if isinstance(each, Finding):
                yield msgspec.structs.replace(each, about=tuple(dict.fromkeys((*lost, *each.about))))
            else:
                yield each


def _lost(known: Known, cell: Cell, blame: Blame, resources: list[str]) -> list[str]:
    """Nodes on which the pod would find room, had they all the GPUs that they once offered."""
    pod = wants_of(known)
    return [
        spot.node.name
        for spot in placement.spots(cell, blame.refusal.last)
        if placement.selected(pod, spot)
        and any(
            each.resource in resources and each.has - each.offered >= pod.requests.get(each.resource, 0)
            for each in shortages(spot.node, cell)
            if each.until is None or each.until >= blame.since
        )
    ]


def _offers(blame: Blame, resource: str) -> str:
    """What the nodes offer in all; who holds it changes by the second and is for the playbook."""
    if not blame.spots:
        return "no node has that many free"
    offers = [each for each in blame.spots if each.allocatable.get(resource)]
    if not offers:
        return "no node offers any"
    words = [f"{each.node.name} has {each.allocatable[resource]:g}" for each in offers[:SHOWN]]
    if len(offers) > SHOWN:
        words.append(f"{len(offers) - SHOWN} more nodes have some")
    return f"{listed(words)} in all, and too few of them are free on one node"


FAILURE = Failure(
    id="insufficient-gpu",
    title="No free GPU",
    says="The GPUs that this pod may use are taken by others, or are spread so that no single node has "
    "enough of them free.",
    sees="kubectl get pods shows Pending, and kubectl describe pod shows FailedScheduling: Insufficient "
    "nvidia.com/gpu or the like.",
    confirm=(
        "kubectl get nodes -o custom-columns='NAME:.metadata.name,GPUS:.status.allocatable.nvidia\\.com/gpu' "
        "shows how many each node offers",
        "kubectl describe nodes, section Allocated resources, shows how many are taken",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "See who holds the GPUs: kubectl describe nodes, section Allocated resources, and the pods of each "
        "node",
        "Stop what is no longer needed, ask for fewer GPUs a pod, or wait",
        "If a GPU node offers 0, its device plugin or driver is down: look at that node first",
    ),
    leads_to=("pod-unschedulable", "gang-partial-deadlock"),
    find=find,
)
