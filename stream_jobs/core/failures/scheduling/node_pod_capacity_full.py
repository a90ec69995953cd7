"""node-pod-capacity-full: the nodes that suit the pod run as many pods as they may."""

from collections.abc import Iterator

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.scheduling import Blame, blames, unplaced

SHOWN = 3


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in blames(known, cell, "pods"):
        only = blame.spots[0].node if len(blame.spots) == 1 else None
        runs = "runs" if blame.until is None else "ran"
        says = f"{_where(blame)} {runs} as many pods as it may: no place for pod {known.name}"
        for each in unplaced(known, cell, blame, says):
            if isinstance(each, Finding) and only is not None:
                yield msgspec.structs.replace(each, subject=only.ref)
            else:
                yield each


def _where(blame: Blame) -> str:
    if not blame.spots:
        return "Every node that would suit"
    most = [(each.node.name, each.allocatable.get("pods", 0)) for each in blame.spots]
    names = listed([f"{name} ({count:g} pods)" if count else name for name, count in most[:SHOWN]])
    return f"Node {names}" if len(most) == 1 else f"Each of {len(most)} nodes, such as {names},"


FAILURE = Failure(
    id="node-pod-capacity-full",
    title="Node has its maximum of pods",
    says="Each machine may run a fixed number of pods (110, or fewer where each takes an address of the "
    "cloud's network). It is reached, even though CPU and memory may be free.",
    sees="kubectl get pods shows Pending, and kubectl describe pod shows FailedScheduling: Too many pods.",
    confirm=(
        "kubectl get node NODE -o jsonpath='{.status.allocatable.pods}' tells how many it may run",
        "kubectl get pods -A --field-selector "
        "spec.nodeName=NODE,status.phase!=Succeeded,status.phase!=Failed lists as many",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Remove pods that are not needed any more; those that have ended do not count",
        "Use more or larger nodes, or have the kubelet's maxPods raised: on AWS with prefix delegation",
    ),
    leads_to=("pod-unschedulable", "gang-partial-deadlock"),
    find=find,
)
