"""pod-node-gone: the pod's node was removed from the cluster while the pod was on it."""

from collections.abc import Iterator
from datetime import timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, is_true, pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.disruption import POD_COLLECTOR, disrupted, told_by
from stream_jobs.core.thresholds import Patience

GONE = "node no longer exists"
LATE = Patience(
    id="pod-node-gone.patience",
    default=timedelta(minutes=1),
    says="A new node may be seen after the first pod on it",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    name = pod_view(known).spec.nodeName
    if not name:
        return
    node = cell.node(known)
    left = node.deleted if node is not None else None
    turn = disrupted(known, POD_COLLECTOR)
    told = turn if turn is not None and GONE in turn.message else None
    if told is None and node is None:
        yield from _never_seen(known, cell, name)
        return
    if told is None and (left is None or _was_over(known, cell)):
        return
    since = left or (told.at if told is not None else None)
    yield Finding(
        says=f"Node {name} was removed from the cluster while pod {known.name} was on it",
        since=since,
        evidence=(
            *(
                (told_by(node, left, f"node {name} was deleted"),)
                if node is not None and left is not None
                else ()
            ),
            *((seen(known, told.at, f"DisruptionTarget: {told.message}"),) if told is not None else ()),
        ),
        about=(target("Node", "", name),),
    )


def _never_seen(known: Known, cell: Cell, name: str) -> Iterator[Finding | Later]:
    """Find a pod that goes on, on a node that is not among those that were all collected.

    One moment tells nothing: who dumped the pods may have dumped some of the nodes.
    """
    if not known.exists or ended_at(known) is not None or not cell.complete("Node"):
        return
    bound = is_true(known, "PodScheduled")
    since = bound.lastTransitionTime if bound is not None else known.created
    if since is None:
        return
    late = max(since, known.first_seen) + LATE.of(cell)
    if cell.time is None or cell.time < late:
        yield Later(late)
        return
    yield Finding(
        says=f"Pod {known.name} is on node {name}, which is not among the cluster's nodes",
        since=since,
        evidence=(seen(known, since, f"spec.nodeName is {name}"),),
        about=(target("Node", "", name),),
    )


def _was_over(known: Known, cell: Cell) -> bool:
    """Whether the pod had ended, or was gone, before its node was."""
    node = cell.node(known)
    ended = ended_at(known)
    return node is None or node.deleted is None or (ended is not None and ended <= node.deleted)


FAILURE = Failure(
    id="pod-node-gone",
    title="The pod's node is gone",
    says="The machine on which the pod ran was removed from the cluster, so the pod was cleaned up.",
    sees="The pod is gone, or shows Terminating or Failed, and kubectl get node of its machine "
    "says NotFound.",
    confirm=(
        "kubectl get node NODE says NotFound",
        "kubectl -n NAMESPACE get pod POD -o yaml shows the condition DisruptionTarget with reason "
        "DeletionByPodGC, as long as the pod is there",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Find out why the node went: a spot reclaim, a scale-down by an autoscaler, or a delete by hand",
        "Let long runs write checkpoints, or keep them off machines that may be taken away",
    ),
    leads_to=(
        "workflow-step-pod-deleted",
        "pod-failed",
        "job-backoff-limit-exceeded",
        "distributed-worker-lost",
        "container-status-unknown",
    ),
    thresholds=(LATE,),
    find=find,
)
