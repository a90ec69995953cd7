"""insufficient-cpu-memory: the nodes have too little unreserved CPU, memory or scratch space."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.quantities import say_amount
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.placement import names
from stream_jobs.core.signs.refusals import resources_of
from stream_jobs.core.signs.scheduling import blames, unplaced, wants_of


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in blames(known, cell, "room"):
        asked = wants_of(known).requests
        wanted = [say_amount(each, asked.get(each, 0)) for each in resources_of(blame.refusal, "room")]
        where = f" of {names(blame.spots)}" if blame.spots else ""
        is_left = "is" if blame.until is None else "was"
        says = (
            f"Pod {known.name} reserves {listed(wanted)}, which no node{where} {is_left} able to spare: "
            "what other pods reserved counts, used or not"
        )
        yield from unplaced(known, cell, blame, says)


FAILURE = Failure(
    id="insufficient-cpu-memory",
    title="No room on the nodes",
    says="Pods reserve CPU and memory by their requests. On the nodes that suit this pod, others have "
    "reserved so much that what is left is too little, even where the nodes look idle.",
    sees="kubectl get pods shows Pending, and kubectl describe pod shows FailedScheduling: Insufficient "
    "cpu or memory.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows how many nodes have Insufficient cpu or memory",
        "kubectl describe nodes, section Allocated resources, shows what is reserved, against Allocatable",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "See what is reserved: kubectl describe nodes, section Allocated resources",
        "Lower resources.requests to what the step really uses, free other pods, or add nodes",
    ),
    leads_to=("pod-unschedulable", "gang-partial-deadlock"),
    find=find,
)
