"""pod-stuck-terminating: the pod was told to go, its grace period is over, and it is still there."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.disruption import away
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="pod-stuck-terminating.patience",
    default=timedelta(seconds=60),
    says="A pod may outlive its grace period by so long, as kubelets report late",
)
REFUSALS = ("FailedKillPod", "ExceededGracePeriod")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    due = known.history.due
    if due is None or _waits_for_finalizer(known):
        return
    now = known.deleted or cell.time
    if now is None:
        return
    lost = away(cell, known, due, known.deleted)
    refused = cell.events(known, *REFUSALS)
    limit = due if lost is not None or refused else due + PATIENCE.of(cell)
    if now > limit:
        node = pod_view(known).spec.nodeName or "its node"
        why = f", because there is no contact with node {node}" if lost is not None else ""
        yield Finding(
            says=f"Pod {known.name} was to be gone by {say_time(due)} and stayed{why}",
            since=_since(due, lost.since if lost is not None else None),
            until=known.deleted,
            evidence=(
                seen(known, due, f"deletionTimestamp {say_time(due)}, on node {node}"),
                *(seen(known, each.last, f"{each.reason}: {each.message}") for each in refused[:2]),
            ),
        )
    elif known.exists:
        yield Later(limit + timedelta(seconds=1))


def _since(due: datetime, lost: datetime | None) -> datetime:
    return max(due, lost) if lost is not None else due


def _waits_for_finalizer(known: Known) -> bool:
    """Ended, and only kept by a finalizer: that is another failure."""
    over = pod_view(known).status.phase in ("Succeeded", "Failed")
    return over and bool(known.view.metadata.finalizers)


FAILURE = Failure(
    id="pod-stuck-terminating",
    title="Pod does not go away",
    says="Kubernetes told the pod to stop, but its machine has not confirmed that the program has ended.",
    sees="kubectl get pods shows Terminating for longer than the pod's grace period.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.deletionTimestamp}' lies in the past",
        "kubectl get node NODE tells whether its machine can confirm anything at all",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Look at the pod's node first: while it is NotReady or Unknown nobody can confirm, and the program "
        "may still run",
        "Where the node is well, a process hangs in storage (a dead NFS server) or in the container runtime: "
        "restart the runtime or the node",
        "Do not delete the pod by force before you know that its program has stopped",
    ),
    leads_to=("duplicate-data-processors", "volume-multi-attach", "pvc-stuck-terminating"),
    thresholds=(PATIENCE,),
    find=find,
)
