"""job-deadline-exceeded: the Job was active for longer than its activeDeadlineSeconds."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.kubernetes import Job
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, seen, started_at
from stream_jobs.core.quantities import say_span

REASON = "DeadlineExceeded"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    view = known.view
    found = next(
        (
            each
            for kind in ("Failed", "FailureTarget")
            if (each := is_true(known, kind)) and each.reason == REASON
        ),
        None,
    )
    if found is None or not isinstance(view, Job):
        return
    seconds = view.spec.activeDeadlineSeconds
    limit = f" of {say_span(timedelta(seconds=seconds))}" if seconds else ""
    never = "" if any(started_at(pod) for pod in cell.owned(known, "Pod")) else "; none of its pods ever ran"
    yield Finding(
        says=f"Job {known.name} ran into its time limit{limit} and was ended{never}",
        since=found.lastTransitionTime,
        evidence=(seen(known, found.lastTransitionTime, f"{REASON}: {found.message or ''}".rstrip(": ")),),
    )


FAILURE = Failure(
    id="job-deadline-exceeded",
    title="Job took too long",
    says="The Job was active for longer than its activeDeadlineSeconds allows, so its pods were deleted. "
    "Waiting for a node or an image counts too.",
    sees="kubectl get jobs shows Failed; its pods were deleted while they ran or waited.",
    confirm=(
        "kubectl -n NAMESPACE describe job JOB shows Failed with reason DeadlineExceeded",
        "kubectl -n NAMESPACE get job JOB -o jsonpath='{.spec.activeDeadlineSeconds}' is the limit in "
        "seconds",
    ),
    judges=("Job.batch",),
    severity="medium",
    role="cause",
    playbook=(
        "See what took long: waiting for a node, pulling the image, or the work itself",
        "Raise activeDeadlineSeconds, or make the work shorter",
    ),
    leads_to=("workflow-step-failed", "pod-failed", "container-killed-by-signal", "training-job-failed"),
    find=find,
)
