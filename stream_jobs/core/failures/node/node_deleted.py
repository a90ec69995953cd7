"""node-deleted: the machine left the cluster with pods at work on it."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.node_marks import say_pods, working_pods
from stream_jobs.core.signs.nodes import node_events, shown

SHOWN = 50  # pods that are named as hurt


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.deleted is None:
        return
    lost = sorted(each.uid for each in working_pods(cell, known, known.deleted))
    if not lost:
        return
    told = node_events(known, cell, "RemovingNode", "DeletingNode")
    yield Finding(
        says=f"Node {known.name} left the cluster with {say_pods(len(lost))} at work on it",
        since=known.deleted,
        hits=tuple(lost[:SHOWN]),
        evidence=(seen(known, known.deleted, "the Node was deleted"), *shown(known, told)),
    )


FAILURE = Failure(
    id="node-deleted",
    title="Node removed from the cluster",
    says="The machine's entry in the cluster was deleted while pods were at work on it: the machine is gone, "
    "or somebody removed it.",
    sees="kubectl get nodes does not list the node any more; its pods disappear within a minute.",
    confirm=(
        "kubectl get node NODE answers NotFound",
        "kubectl get events -A --field-selector involvedObject.name=NODE shows RemovingNode, or DeletingNode "
        "of the cloud's controller",
    ),
    judges=("Node",),
    severity="high",
    role="cause",
    playbook=(
        "Look for why in the ten minutes before: a spot machine taken back, a scale-down, a delete by hand, "
        "broken hardware",
        "Check in the cloud's console that the machine is off: if only its entry was deleted, programs on it "
        "may still run",
    ),
    leads_to=("pod-node-gone", "workflow-step-pod-deleted", "distributed-worker-lost"),
    find=find,
)
