"""request-exceeds-largest-node: no node is large enough for the pod, even empty."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.quantities import say_amount
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.placement import Spot, lacking
from stream_jobs.core.signs.scheduling import blames, unplaced, wants_of


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in blames(known, cell, "size"):
        pod = wants_of(known)
        short = [lacking(pod, each) for each in blame.spots]
        # what every node lacks; where each lacks something else, all that any lacks
        common = set(short[0]).intersection(*short) or set().union(*short)
        words = [_compare(each, pod.requests[each], blame.spots) for each in sorted(common)]
        says = f"Pod {known.name} can never start: it asks for {listed(words)}"
        yield from unplaced(known, cell, blame, says)


def _compare(resource: str, amount: float, spots: tuple[Spot, ...]) -> str:
    largest = max(spots, key=lambda each: each.allocatable.get(resource, 0))
    room = say_amount(resource, largest.allocatable.get(resource, 0))
    return (
        f"{say_amount(resource, amount)} while the largest node it may use, {largest.node.name}, has {room}"
    )


FAILURE = Failure(
    id="request-exceeds-largest-node",
    title="Larger than any node",
    says="The pod asks for more than any one node that it may run on has in all. No waiting helps: a pod "
    "cannot be spread over nodes.",
    sees="kubectl get pods shows Pending for ever, and kubectl describe pod shows FailedScheduling: "
    "Insufficient cpu, memory or GPUs on every node.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.containers[*].resources.requests}' shows "
        "what it asks for",
        "kubectl get nodes -o custom-columns=NAME:.metadata.name,CPU:.status.allocatable.cpu,"
        "MEMORY:.status.allocatable.memory shows less on every node",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Ask for less in one pod, and use more pods (distributed training)",
        "Or have larger nodes added: kubectl get nodes -o custom-columns=NAME:.metadata.name,"
        "CPU:.status.allocatable.cpu,MEMORY:.status.allocatable.memory",
    ),
    # pod-unschedulable directly, too: where the nodes are tainted as well, no clause tells of the amount
    leads_to=(
        "insufficient-gpu",
        "insufficient-cpu-memory",
        "pod-unschedulable",
        "autoscaler-cannot-help",
        "gang-partial-deadlock",
    ),
    needs=("Node",),
    find=find,
)
