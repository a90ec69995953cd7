"""taint-evicted: the pod's node got a taint it does not tolerate for longer, so the pod was deleted."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.disruption import TAINT_MANAGER, disrupted, stretches

LATE = timedelta(minutes=1)  # after the node is back, its taints may still evict


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    turn = disrupted(known, TAINT_MANAGER)
    marked = next(iter(_marked(known, cell)), None)
    since = turn.at if turn is not None else marked.first if marked is not None else None
    if since is None:
        return
    node = pod_view(known).spec.nodeName or ""
    yield Finding(
        says=f"Pod {known.name} was removed from node {node or 'its node'}, {_why(known, cell, since)}",
        since=since,
        evidence=tuple(_evidence(known, turn.message if turn else "", since, marked)),
        about=(target("Node", "", node),) if node else (),
    )


def _marked(known: Known, cell: Cell) -> list[Sighting]:
    """The events of pods that are let off say "Cancelling deletion of Pod"."""
    told = cell.events(known, "TaintManagerEviction")
    return [each for each in told if each.message.startswith("Marking for deletion")]


def _evidence(known: Known, message: str, since: datetime, marked: Sighting | None) -> Iterator[Evidence]:
    if message:
        yield seen(known, since, f"DisruptionTarget: {message}")
    if marked is not None:
        yield seen(known, marked.first, f"TaintManagerEviction: {marked.message}")


def _why(known: Known, cell: Cell, since: datetime) -> str:
    node = cell.node(known)
    for each in stretches(node) if node is not None else ():
        if each.meets(since - LATE, since):
            return (
                "with which the control plane had lost contact"
                if each.status == "Unknown"
                else "which was not ready"
            )
    return "which had got a taint that the pod does not tolerate"


FAILURE = Failure(
    id="taint-evicted",
    title="Removed from its node by a taint",
    says="The machine was marked as unusable, and when the time for which the pod tolerates that was over "
    "(five minutes unless told otherwise), Kubernetes deleted the pod.",
    sees="The pod shows Terminating with the event TaintManagerEviction, mostly five minutes after its "
    "node went NotReady.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o yaml shows the condition DisruptionTarget with reason "
        "DeletionByTaintManager",
        "kubectl get node NODE -o jsonpath='{.spec.taints}' shows taints with effect NoExecute",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Look at the node's taints at that time: unreachable, not-ready, out-of-service, or one set by hand",
    ),
    leads_to=(
        "pod-stuck-terminating",
        "workflow-step-pod-deleted",
        "duplicate-data-processors",
        "node-lost-containers-may-run",
        "pod-failed",
        "job-backoff-limit-exceeded",  # without a podFailurePolicy it counts as a failed try
        "container-killed-by-signal",
        "container-exit-error",
        "distributed-worker-lost",
    ),
    find=find,
)
