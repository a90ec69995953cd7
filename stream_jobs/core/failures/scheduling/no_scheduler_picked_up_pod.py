"""no-scheduler-picked-up-pod: no scheduler has ever looked at the pod."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.runs.queues import POD_GROUPS
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.node_marks import is_helper
from stream_jobs.core.signs.nodes import lasting
from stream_jobs.core.thresholds import Patience

DEFAULT = "default-scheduler"
PATIENCE = Patience(
    id="no-scheduler-picked-up-pod.patience",
    default=timedelta(minutes=2),
    says="A scheduler that runs has looked at every pod by then, even when it is busy",
)
OTHER = Patience(
    id="no-scheduler-picked-up-pod.other",
    default=timedelta(seconds=15),
    says="The same for a pod that names another scheduler than the cluster's own: the name may be wrong",
)
SPOKE = ("FailedScheduling", "Scheduled", "Unschedulable", "Preempted")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    spec = pod_view(known).spec
    if spec.schedulingGates or cell.events(known, *SPOKE) or known.created is None or is_helper(known):
        return
    looked = _looked(known)
    if looked is not None and not _came_later(known):
        return
    if looked is None and (spec.nodeName or _is_queued(known, cell) or not _waits(known)):
        return
    name = one_line(spec.schedulerName or DEFAULT, 80)
    sure = known.created + PATIENCE.of(cell)
    first = min(sure, known.created + OTHER.of(cell)) if name != DEFAULT else sure
    later = lasting(known, cell, looked, first)
    if later is not None:
        yield from later
        return
    unsure = lasting(known, cell, looked, sure)
    does = "has looked" if looked is None else "looked for long"
    yield Finding(
        says=f"No scheduler {does} at pod {known.name}: it asks for scheduler {name}",
        since=known.created,
        until=looked,
        confidence=1.0 if unsure is None else 0.7,
        evidence=(seen(known, known.created, f"no condition PodScheduled, schedulerName {name}"),),
    )
    yield from unsure or ()


def _looked(known: Known) -> datetime | None:
    """When a scheduler first told of the pod."""
    return next((turn.at for turn in known.history.turns if turn.type == "PodScheduled"), None)


def _came_later(known: Known) -> bool:
    """Whether the pod was seen without a scheduler's word before; else its time may be of a later one."""
    turns = [turn for turn in known.history.turns if turn.type == "PodScheduled"]
    return any(turn.seen > known.first_seen for turn in turns[:1])


def _waits(known: Known) -> bool:
    return pod_view(known).status.phase in ("Pending", None) and known.history.asked is None


def _is_queued(known: Known, cell: Cell) -> bool:
    """Whether a gang of its scheduler holds it, which shows that somebody looks."""
    return any(each.key in POD_GROUPS and _has_status(each) for each in cell.uses(known))


def _has_status(group: Known) -> bool:
    return bool(group.history.phases or group.history.turns)


FAILURE = Failure(
    id="no-scheduler-picked-up-pod",
    title="No scheduler takes the pod",
    says="Each pod names a scheduler, which is to choose its machine. None of that name has looked at this "
    "pod: the name is wrong, or that scheduler does not run.",
    sees="kubectl get pods shows Pending for long, and kubectl describe pod shows no events at all.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.schedulerName}{.status.conditions}' shows a "
        "name and no PodScheduled",
        "kubectl get pods -A shows whether a scheduler of that name runs; kubectl -n kube-system get leases "
        "whether the cluster's own does",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Check how spec.schedulerName is spelt, and that a scheduler of that name is installed",
        "If all new pods wait so, the scheduler is down: look at its pod and its lease",
    ),
    leads_to=("workflow-step-stuck-pending", "gang-partial-deadlock", "deployment-replicas-unavailable"),
    thresholds=(PATIENCE, OTHER),
    find=find,
)
