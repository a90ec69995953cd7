"""pod-stuck-on-finalizer: all has ended in the pod, and something has yet to sign it off."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, seen, statuses
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.messages import listed, one_line
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="pod-stuck-on-finalizer.patience",
    default=timedelta(minutes=5),
    says="Controllers sign pods off within seconds; a restart of one may take minutes",
)
FOREIGN = Patience(
    id="pod-stuck-on-finalizer.foreign",
    default=timedelta(seconds=15),
    says="A finalizer of an unknown program is told so soon, as there may be nobody to remove it, and with "
    "little confidence until the other time is over",
)
# Whoever sets these is known to remove them.
OF_CONTROLLERS = frozenset(
    {
        "batch.kubernetes.io/job-tracking",
        "foregroundDeletion",
        "orphan",
        "kueue.x-k8s.io/managed",
        "workflows.argoproj.io/status",
    }
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    held, asked = known.history.held, known.history.asked
    over = _over(known)
    if asked is None or not held or over is None:
        return
    since = max(asked, over)
    foreign = set(held) - OF_CONTROLLERS
    patience = (FOREIGN if foreign else PATIENCE).of(cell)
    now = known.deleted or cell.time
    if now is None or now <= since + patience:
        if known.exists:
            yield Later(since + patience + timedelta(seconds=1))
        return
    long = now > since + PATIENCE.of(cell)
    if known.exists and not long:
        yield Later(since + PATIENCE.of(cell) + timedelta(seconds=1))
    names = one_line(listed(list(held)), 200)
    is_held = "is" if known.exists else "was"
    yield Finding(
        says=f"Pod {known.name} had ended at {say_time(since)} and {is_held} held back by {names}",
        since=since,
        until=known.deleted,
        evidence=(seen(known, since, f"all containers ended; finalizers {names}"),),
        severity="high" if cell.homes.get(known.uid) else None,  # a run waits for it
        confidence=1.0 if long else 0.6,
    )


def _over(known: Known) -> datetime | None:
    """When its containers had ended; for a pod without a node, when it was told to go."""
    view = pod_view(known)
    if view.status.phase in ("Succeeded", "Failed"):
        return ended_at(known)
    if not view.spec.nodeName and view.status.phase == "Pending":
        return known.history.asked
    told = [status.state for _, status in statuses(known)]
    if not told or not all(state is not None and state.terminated is not None for state in told):
        return None
    ends = [
        state.terminated.finishedAt for state in told if state is not None and state.terminated is not None
    ]
    return max((each for each in ends if each is not None), default=None)


FAILURE = Failure(
    id="pod-stuck-on-finalizer",
    title="Ended, but held back",
    says="The pod has ended and was told to go, but a finalizer keeps it: a controller that has to do "
    "something first, and has not done it, or is gone.",
    sees="kubectl get pods shows Terminating for long, though no container runs any more.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.deletionTimestamp} {.metadata.finalizers}'",
        "kubectl get deployments -A tells whether the controller that the finalizer names is there and ready",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Find the controller that the finalizer's name points to, and see why it does not remove it",
        "Only where that controller is gone for good, take the finalizer off by hand: "
        'kubectl -n NAMESPACE patch pod POD --type=merge -p \'{"metadata":{"finalizers":null}}\'',
    ),
    # Not to namespace-terminating: it keeps a namespace, but is not why somebody deleted it.
    leads_to=("pod-stuck-terminating",),
    thresholds=(PATIENCE, FOREIGN),
    find=find,
)
