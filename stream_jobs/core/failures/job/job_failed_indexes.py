"""job-failed-indexes: some numbered parts of an Indexed Job failed for good."""

from collections.abc import Iterator
from datetime import datetime

from schemas.kubernetes import Job
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, pods_of, seen
from stream_jobs.core.runs.jobs import INDEX, failed_for
from stream_jobs.core.signs.messages import one_line

REASONS = ("FailedIndexes", "MaxFailedIndexesExceeded")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    view = known.view
    if not isinstance(view, Job):
        return
    ended = failed_for(known, *REASONS)
    told = one_line(view.status.failedIndexes or "", 200)
    if ended is None and not told:
        return
    pods = [each for each in pods_of(cell.owned(known, "Pod")) if _failed(each, told)]
    since = ended.lastTransitionTime if ended is not None else _first_end(pods) or view.status.startTime
    which = f"index{'es' if told and not told.isdigit() else ''} {told}" if told else "some indexes"
    count = view.spec.completions
    reason = f"{ended.reason}: {ended.message or ''}".rstrip(": ") if ended is not None else "not over yet"
    yield Finding(
        says=f"Job {known.name} failed at {which}" + (f" of its {count} indexes" if count else ""),
        since=since,
        evidence=(seen(known, since, one_line(f"failedIndexes {told or 'not told'}; {reason}")),),
        about=tuple(each.uid for each in pods),
        playbook=(f"Run only these again: {told}",) if told else (),
    )


def _failed(pod: Known, told: str) -> bool:
    index = pod.labels.get(INDEX) or pod.annotations.get(INDEX, "")
    return pod_view(pod).status.phase == "Failed" and (not told or holds(told, index))


def _first_end(pods: list[Known]) -> datetime | None:
    return min((at for each in pods if (at := ended_at(each)) is not None), default=None)


def holds(told: str, index: str) -> bool:
    """Whether "3,7-9" names the index."""
    if not index.isdigit():
        return False
    for part in told.split(","):
        first, _, last = part.strip().partition("-")
        if first.isdigit() and int(first) <= int(index) <= int(last if last.isdigit() else first):
            return True
    return False


FAILURE = Failure(
    id="job-failed-indexes",
    title="Parts of the Job failed",
    says="The Job has numbered parts that are tried each for itself. Some of them used up their tries; "
    "others may well have succeeded.",
    sees="The Job has status.failedIndexes, and ends Failed with reason FailedIndexes or "
    "MaxFailedIndexesExceeded.",
    confirm=(
        "kubectl -n NAMESPACE get job JOB -o jsonpath='{.status.failedIndexes} {.status.completedIndexes}'",
        "kubectl -n NAMESPACE get pods -l job-name=JOB -L batch.kubernetes.io/job-completion-index shows "
        "which pod worked on which index",
    ),
    judges=("Job.batch",),
    severity="high",
    role="symptom",
    playbook=(
        "Look at the failed pods of each index: several indexes with one cause mean code or image, single "
        "ones mean their part of the data",
    ),
    leads_to=("workflow-step-failed", "training-job-failed"),
    find=find,
)
