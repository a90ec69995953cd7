"""failed-pod-storm: pods of one owner fail on one node one after another, as fast as they are made."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target
from stream_jobs.core.signs.rejections import Alike, failed_alike
from stream_jobs.core.thresholds import Level, Patience

PODS = Level(
    id="failed-pod-storm.pods",
    default=10,
    says="So many pods that fail alike are a loop; a few are tries",
)
WINDOW = Patience(
    id="failed-pod-storm.window",
    default=timedelta(minutes=5),
    says="They count when they fail within this time; a Job's own back-off is slower",
)
SLACK = timedelta(seconds=1)  # creation times are cut to seconds


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key == "Pod":
        return
    for alike in failed_alike(known, cell):
        if not alike.reason or len(alike.pods) < PODS.of(cell):  # programs that fail are told by their ends
            continue
        since = _since(alike, cell)
        if since is None:
            continue
        count = len(alike.pods)
        yield Finding(
            says=f"{count} pods of {known.kind} {known.name} failed on node {alike.node or '(none)'} one "
            f"after another since {say_time(since)}: {alike.reason}",
            since=since,
            occurrence=f"{alike.node}/{alike.reason}",
            about=(target("Node", "", alike.node),),
            hits=tuple(each.uid for each in alike.pods),
            evidence=(Evidence(at=since, ref=known.ref, says=f"{count} pods, {alike.reason}: {alike.text}"),),
        )


def _since(alike: Alike, cell: Cell) -> datetime | None:
    """When a window of failures began in which the later pods were made after the first had failed."""
    ends = sorted((ended_at(each) or each.seen, each.created or each.first_seen) for each in alike.pods)
    count = int(PODS.of(cell))
    for first, last in zip(ends, ends[count - 1 :], strict=False):
        if last[0] - first[0] <= WINDOW.of(cell) and last[1] >= first[0] - SLACK:
            return first[0]
    return None


FAILURE = Failure(
    id="failed-pod-storm",
    title="Pods fail in a loop",
    says="One pod after another fails in the same way on the same machine, and its controller makes the "
    "next at once. The cluster fills with dead pods.",
    sees="kubectl get pods lists more and more failed pods of one ReplicaSet or Job, a few seconds apart.",
    confirm=(
        "kubectl -n NAMESPACE get pods --field-selector status.phase=Failed -o wide shows one node "
        "and reason",
    ),
    judges=("*",),
    severity="high",
    role="symptom",
    playbook=(
        "Cordon the machine, or scale the controller to 0, until the cause is mended",
        "Delete the failed pods: kubectl -n NAMESPACE delete pods --field-selector status.phase=Failed",
    ),
    leads_to=("control-plane-overload",),
    thresholds=(PODS, WINDOW),
    find=find,
)
