"""ray-head-lost: the pod that runs Ray's control program went, and what ran on the cluster with it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Turn
from stream_jobs.core.pods import ended_at, pods_of, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.kuberay import CLUSTER, JOB_KEY, RayJob, suspended_by
from stream_jobs.core.runs.ray_clusters import HEAD_READY, NODE_TYPE, Loss, head_losses
from stream_jobs.core.signs.exit_codes import say_exit
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="ray-head-lost.patience",
    default=timedelta(minutes=2),
    says="A head that runs but is not ready may only have missed a probe: so long is waited for it",
)
GONE = frozenset({"HeadPodNotFound", "PodFailed"})  # reasons with which the head is not merely unready
NOT_FOUND = "head pod not found"
FAULT_TOLERANT = "ray.io/ft-enabled"


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key == JOB_KEY:
        yield from _of_job(known, cell)
        return
    lost = list(head_losses(known, cell))
    for each in lost:
        yield _of_head(known, each, cell)
    if not lost:
        yield from _of_conditions(known, cell)


def _of_head(known: Known, loss: Loss, cell: Cell) -> Finding:
    head = loss.head
    last = loss.exits[-1] if loss.exits else None
    if last is None:
        how, told = "was removed", f"pod {head.name} was told to go at {say_time(loss.since)}"
    else:
        reason = "out of memory" if last.reason == "OOMKilled" else say_exit(last.code)
        how = f"ended ({reason})"
        said = f": {one_line(last.message, 200)}" if last.message.strip() else ""
        told = f"container {last.container} of {head.name}: {last.reason}, exit code {last.code}{said}"
    tolerant = head.annotations.get(FAULT_TOLERANT) == "true"
    return Finding(
        says=f"Ray cluster {known.name} lost its head: pod {head.name} {how} at {say_time(loss.since)}",
        since=loss.since,
        until=loss.until,
        occurrence=head.uid,
        evidence=(seen(head, last.ended if last is not None else loss.since, told),),
        about=(head.uid,),
        hits=_hit(known, head, loss.since, cell),
        severity="high" if tolerant else None,
        explanation="Its state is kept outside of it (GCS fault tolerance), so the workers may go on."
        if tolerant
        else "",
    )


def _hit(known: Known, head: Known, since: datetime, cell: Cell) -> tuple[str, ...]:
    """The cluster, and those of its other pods that ended after its head."""
    others = [each for each in pods_of(cell.owned(known)) if each.labels.get(NODE_TYPE) != "head"]
    after = [each.uid for each in others if (end := ended_at(each)) is not None and end >= since]
    return (known.uid, *after)


def _of_conditions(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    """What the cluster itself says of a head whose end was not seen."""
    turns = [turn for turn in known.history.turns if turn.type == HEAD_READY]
    for turn, after in zip(turns, [*turns[1:], None], strict=False):
        until = next((each.at for each in turns if each.number > turn.number and each.status == "True"), None)
        if turn.status != "False" or (after is not None and after.status == "False"):
            continue
        if not _was_ready(known, turn) or suspended_by(known, turn.at) or not known.exists:
            continue
        yield from _after_patience(known, turn, until, cell)


def _was_ready(known: Known, turn: Turn) -> bool:
    """A head that was never ready is not lost: it has not come yet."""
    return any(
        (each.type == HEAD_READY and each.status == "True" and each.number < turn.number)
        or (each.type == "RayClusterProvisioned" and each.status == "True" and each.at < turn.at)
        for each in known.history.turns
    )


def _after_patience(
    known: Known, turn: Turn, until: datetime | None, cell: Cell
) -> Iterator[Finding | Later]:
    limit = turn.at if turn.reason in GONE else turn.at + PATIENCE.of(cell)
    now = until or cell.time
    if turn.reason not in GONE and (now is None or now <= limit):
        if until is None:
            yield Later(limit + timedelta(seconds=1))
        return
    said = f"{turn.reason}: {one_line(turn.message, 200)}".rstrip(": ")
    yield Finding(
        says=f"Ray cluster {known.name} is without a head that is ready ({said})",
        since=turn.at,
        until=until,
        occurrence=f"turn {turn.number}",
        evidence=(seen(known, turn.at, f"{HEAD_READY} is False: {said}"),),
        hits=(known.uid,),
    )


def _of_job(known: Known, cell: Cell) -> Iterator[Finding]:
    """A job whose message says so, where its cluster does not tell it."""
    view = known.view
    status = view.status if isinstance(view, RayJob) else None
    if status is None or NOT_FOUND not in status.message.lower():
        return
    cluster = cell.by_name(CLUSTER, known.namespace, status.rayClusterName)
    if cluster is not None and any(True for _ in head_losses(cluster, cell)):
        return
    yield Finding(
        says=f"RayJob {known.name} lost the head of its cluster {status.rayClusterName}".rstrip(),
        since=status.endTime or known.seen,
        evidence=(seen(known, status.endTime, one_line(f"{status.reason}: {status.message}", 300)),),
        about=(cluster.uid,) if cluster is not None else (),
    )


FAILURE = Failure(
    id="ray-head-lost",
    title="Ray's head was lost",
    says="The head of a Ray cluster keeps track of all tasks, actors and workers. It is gone, so what the "
    "cluster was computing is lost; that the workers start again after it is a consequence.",
    sees="kubectl get raycluster shows the cluster, its condition HeadPodReady is False, and the head pod is "
    "a new one or has restarts.",
    confirm=(
        "kubectl -n NAMESPACE get pods -l ray.io/cluster=CLUSTER,ray.io/node-type=head shows a head that is "
        "younger than the cluster, or has RESTARTS",
        "kubectl -n NAMESPACE describe raycluster CLUSTER shows the condition HeadPodReady, and which pods "
        "the operator made or removed",
    ),
    judges=(CLUSTER, JOB_KEY),
    severity="critical",
    role="cause",
    playbook=(
        "Look at the head pod's own end: it is mostly out of memory, as the head also keeps objects and logs",
        "Give the head more memory, and set its num-cpus to 0 so that no tasks run on it",
        "Let the cluster survive it: GCS fault tolerance with an external Redis",
    ),
    leads_to=(
        "training-job-failed",
        "training-job-restarting",
        "workflow-failed",
        # The workers and the submitter end when they cannot reach the head any more.
        "container-exit-error",
        "container-crash-loop",
        "init-container-failed",
        "job-backoff-limit-exceeded",
    ),
    thresholds=(PATIENCE,),
    find=find,
)
