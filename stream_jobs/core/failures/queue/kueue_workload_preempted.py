"""kueue-workload-preempted: another run with more right to the quota took this one's place."""

import re
from collections.abc import Iterator

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.kueue import (
    JOBS,
    Evicted,
    evicted_for,
    holder,
    queued_view,
    say_holder,
    say_queue,
    told_to_job,
)
from stream_jobs.core.runs.queues import PREEMPTOR, WORKLOAD, QueuedWorkload
from stream_jobs.core.signs.messages import one_line

WHY = re.compile(r"\) due to (?P<why>[^;]+)")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for eviction in _evictions(known, cell):
        preemptor = _preemptor(eviction, cell)
        why = WHY.search(eviction.message)
        due = f", due to {one_line(why['why'], 120)}" if why is not None else ""
        yield Finding(
            says=f"{say_holder(known)}{_priority(known)} lost its place in {say_queue(known, cell)} at "
            f"{say_time(eviction.since)} to {_say(preemptor)}{due}",
            since=eviction.since,
            until=eviction.until,
            occurrence=f"{known.uid}/{eviction.number}",
            subject=_culprit(preemptor, cell),
            hits=(known.uid,),
            evidence=(
                seen(known, eviction.since, f"Evicted: {eviction.reason}: {one_line(eviction.message)}"),
            ),
        )


def _evictions(known: Known, cell: Cell) -> list[Evicted]:
    if known.key == WORKLOAD:
        return evicted_for(known, ("Preempted",))
    told = told_to_job(known, cell, "Preempted")
    return [told] if told is not None else []


def _preemptor(eviction: Evicted, cell: Cell) -> Known | None:
    """Who took the place: its Workload where that was seen, else its job."""
    told = PREEMPTOR.search(eviction.message)
    if told is None:
        return None
    return cell.objects.get(told["workload"]) or cell.objects.get(told["job"] or "")


def _culprit(preemptor: Known | None, cell: Cell) -> Ref | None:
    """What somebody started, not its Workload."""
    if preemptor is None:
        return None
    owners = sorted(preemptor.view.metadata.ownerReferences or (), key=lambda each: not each.controller)
    if preemptor.key != WORKLOAD or not owners:
        return holder(preemptor, cell).ref if preemptor.key == WORKLOAD else preemptor.ref
    first = owners[0]
    return Ref(
        kind=first.kind, namespace=preemptor.namespace, name=first.name, uid=first.uid, group=first.group
    )


def _say(preemptor: Known | None) -> str:
    if preemptor is None:
        return "a run with more right to the quota"
    of_queue = isinstance(preemptor.view, QueuedWorkload)
    name = say_holder(preemptor) if of_queue else f"{preemptor.kind} {preemptor.name}"
    return f"{name} of namespace {preemptor.namespace}{_priority(preemptor)}"


def _priority(known: Known) -> str:
    if not isinstance(known.view, QueuedWorkload):
        return ""
    priority = queued_view(known).spec.priority
    return f" (priority {priority})" if priority is not None else ""


FAILURE = Failure(
    id="kueue-workload-preempted",
    title="Preempted by the queue",
    says="Another run had more right to the quota: a higher priority, or the owner of the quota wanted it "
    "back. The queue stopped this run, removed its pods, and queued it again. What it had not saved is lost.",
    sees="The job is suspended again and its pods are gone, as if somebody had deleted them.",
    confirm=(
        "kubectl -n NAMESPACE get workload WORKLOAD -o yaml: condition Evicted has reason Preempted, and the "
        "message of Preempted has the UIDs of who came",
        "kubectl -n NAMESPACE get events --field-selector involvedObject.name=WORKLOAD",
    ),
    judges=(WORKLOAD, *JOBS),
    severity="high",
    role="symptom",
    lasting=True,  # the work was done twice, also where the run went well in the end
    playbook=(
        "Write checkpoints, so that the run goes on from where it was",
        "Give the run a higher WorkloadPriorityClass, or move it to a queue with quota of its own",
    ),
    # beyond the catalogue: what a stopped job shows, and that it queues for the quota again
    leads_to=(
        "pod-failed",
        "workflow-step-pod-deleted",
        "kueue-waiting-for-quota",
        "job-suspended",
        "container-killed-by-signal",
        "container-exit-error",
        "distributed-worker-lost",
    ),
    find=find,
)
