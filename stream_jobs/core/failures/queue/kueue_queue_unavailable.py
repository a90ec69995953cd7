"""kueue-queue-unavailable: the queue that the run names does not exist, or takes nothing."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.runs.kueue import (
    QUEUE,
    evicted_for,
    queue_ref,
    queued_view,
    say_holder,
    short,
    unreserved,
)
from stream_jobs.core.runs.queues import CLUSTER_QUEUE, KUEUE, LOCAL_QUEUE, WORKLOAD
from stream_jobs.core.signs.messages import one_line

ON_PURPOSE = ("Stopped", "Ready", "Terminating", "ClusterQueueIsInactive")  # the last: its ClusterQueue tells
STOPS = ("ClusterQueueStopped", "LocalQueueStopped")  # reasons of evictions


class Closed(msgspec.Struct, frozen=True):
    """A time in which a queue took nothing, as a Workload in it was told."""

    ref: Ref
    what: str  # "does not exist", "is stopped"
    message: str
    since: datetime
    until: datetime | None


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key != WORKLOAD:
        yield from _of_queue(known)
        return
    closed = _closed(known, cell)
    if closed is None:
        return
    where = f" of namespace {known.namespace}" if closed.ref.kind == "LocalQueue" else ""
    yield Finding(
        says=f"{closed.ref.kind} {closed.ref.name}{where} {closed.what}, so {say_holder(known)} cannot start",
        since=closed.since,
        until=closed.until,
        occurrence=known.uid,
        subject=closed.ref,
        about=(closed.ref.uid,) if closed.ref.uid else (),
        evidence=(seen(known, closed.since, short(closed.message, 500)),),
    )


def _closed(known: Known, cell: Cell) -> Closed | None:
    wait = unreserved(known, "queue")
    told = QUEUE.search(wait.message) if wait is not None else None
    if wait is None or told is None:
        return _drained(known, cell)
    local = told["kind"] == "LocalQueue"
    name = told["name"] or queued_view(known).spec.queueName
    namespace = known.namespace if local else ""
    found = cell.by_name(LOCAL_QUEUE if local else CLUSTER_QUEUE, namespace, name)
    ref = Ref(kind=told["kind"], namespace=namespace, name=name, group=KUEUE)
    what = told["state"].replace("doesn't", "does not")
    if found is not None and found.exists:
        ref = found.ref
    return Closed(ref, what, wait.message, wait.since, wait.until)


def _drained(known: Known, cell: Cell) -> Closed | None:
    """A queue that was stopped so that what ran in it was sent back."""
    stops = evicted_for(known, STOPS)
    if not stops:
        return None
    last = stops[-1]
    ref = queue_ref(known, cell) if last.reason == STOPS[0] else None
    if ref is None:
        name = queued_view(known).spec.queueName
        found = cell.by_name(LOCAL_QUEUE, known.namespace, name)
        ref = Ref(kind="LocalQueue", namespace=known.namespace, name=name, group=KUEUE)
        ref = found.ref if found is not None else ref
    return Closed(ref, "was stopped", last.message, last.since, last.until)


def _of_queue(known: Known) -> Iterator[Finding]:
    """A queue that misses something it refers to: all in it wait. One that was stopped is so on purpose."""
    turns = [each for each in known.history.turns if each.type == "Active"]
    for turn, following in zip(turns, [*turns[1:], None], strict=False):
        if turn.status == "False" and turn.reason not in ON_PURPOSE:
            said = one_line(turn.message, 300)
            yield Finding(
                says=f"{known.kind} {known.name} lets nothing start: {said or turn.reason}",
                since=turn.at,
                until=following.seen if following is not None else None,
                occurrence=f"{turn.reason}/{turn.number}",
                evidence=(seen(known, turn.at, f"Active is False: {turn.reason}: {said}"),),
            )


FAILURE = Failure(
    id="kueue-queue-unavailable",
    title="Queue missing or closed",
    says="The run names a queue that does not exist, was stopped, or misses something that it refers to. As "
    "long as that is so, nothing in it starts.",
    sees="The job stays suspended and has no pods; its Workload has no ClusterQueue.",
    confirm=(
        "kubectl -n NAMESPACE get localqueues: the name of the job's label kueue.x-k8s.io/queue-name is "
        "there, with a ClusterQueue",
        "kubectl get clusterqueue QUEUE -o yaml: condition Active, and spec.stopPolicy",
    ),
    judges=(WORKLOAD, LOCAL_QUEUE, CLUSTER_QUEUE),
    severity="high",
    role="cause",
    playbook=(
        "Correct the label kueue.x-k8s.io/queue-name of the job, or create the LocalQueue",
        "Repair the ClusterQueue as its condition Active says: a missing ResourceFlavor or AdmissionCheck, a "
        "stopPolicy",
    ),
    leads_to=("workflow-no-progress", "job-suspended"),  # Kueue suspends what it holds back
    find=find,
)
