"""kueue-pods-ready-timeout: the run had its quota, but its pods were not up in time."""

from collections.abc import Iterator

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
    queued_view,
    say_holder,
    say_queue,
    told_to_job,
)
from stream_jobs.core.runs.queues import WORKLOAD
from stream_jobs.core.signs.messages import one_line


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for eviction in _evictions(known, cell):
        yield Finding(
            says=f"{say_holder(known)} was sent back to {say_queue(known, cell)} at "
            f"{say_time(eviction.since)}, because its pods were not all ready in time{_count(known)}",
            since=eviction.since,
            until=eviction.until,
            occurrence=str(eviction.number),
            evidence=(
                seen(known, eviction.since, f"Evicted: {eviction.reason}: {one_line(eviction.message)}"),
            ),
        )


def _evictions(known: Known, cell: Cell) -> list[Evicted]:
    if known.key == WORKLOAD:
        return evicted_for(known, ("PodsReadyTimeout",))
    told = told_to_job(known, cell, "Exceeded the PodsReady timeout")
    return [told] if told is not None else []


def _count(known: Known) -> str:
    if known.key != WORKLOAD:
        return ""
    state = queued_view(known).status.requeueState
    return f" ({state.count} times by now)" if state is not None and state.count > 1 else ""


FAILURE = Failure(
    id="kueue-pods-ready-timeout",
    title="Pods not ready in time",
    says="The queue gave the run its quota, and takes it back where the pods are not all up within a set "
    "time, so that the quota does not lie idle. Why the pods did not start is the question.",
    sees="The job is suspended again after some minutes in which its pods were Pending.",
    confirm=(
        "kubectl -n NAMESPACE get workload WORKLOAD -o yaml: condition Evicted has reason PodsReadyTimeout; "
        "status.requeueState.count says how often",
    ),
    judges=(WORKLOAD, *JOBS),
    severity="high",
    role="symptom",
    playbook=(
        "See what held up the pods in that time: images, nodes, volumes, GPUs that are spread too thin",
        "Where starting takes that long, have waitForPodsReady.timeout of Kueue's configuration raised",
    ),
    leads_to=("kueue-workload-deactivated", "job-suspended"),  # Kueue suspends what it holds back
    find=find,
)
