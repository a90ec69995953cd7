"""pod-deadline-exceeded: the pod ran longer than its own time limit."""

from collections.abc import Iterator
from datetime import timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, seen, started_at
from stream_jobs.core.quantities import say_span
from stream_jobs.core.signs.messages import one_line


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    view = pod_view(known)
    if view.status.reason != "DeadlineExceeded":
        return
    since = ended_at(known)
    limit = view.spec.activeDeadlineSeconds
    told = f" of {say_span(timedelta(seconds=limit))}" if limit is not None else ""
    yield Finding(
        says=f"Pod {known.name} ran into its time limit{told} (activeDeadlineSeconds){_waited(known)}",
        since=since,
        evidence=(
            seen(known, since, one_line(f"DeadlineExceeded: {view.status.message or ''}").rstrip(": ")),
        ),
    )


def _waited(known: Known) -> str:
    """Whether it was slow, or only waited: the limit counts from when the kubelet took the pod."""
    begun, started = pod_view(known).status.startTime, started_at(known)
    if started is None:
        return " before its program had started"
    if begun is None or started - begun < timedelta(seconds=30):
        return ""
    return f"; {say_span(started - begun)} of it went by before its program started"


FAILURE = Failure(
    id="pod-deadline-exceeded",
    title="Time limit of the pod",
    says="The step was given a time limit in its pod, and was ended when the time was over. The clock also "
    "runs while images are pulled and init containers work.",
    sees="kubectl get pods shows DeadlineExceeded.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.activeDeadlineSeconds} {.status.reason}'",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Raise activeDeadlineSeconds of the pod template (Argo: of the template), or make the step faster",
        "See whether it was slow, or waited: for its image, an init container, a lock, data",
    ),
    leads_to=(
        "pod-failed",
        "workflow-deadline-exceeded",
        "job-backoff-limit-exceeded",
        "job-pod-failure-policy",
        "workflow-step-failed",
        "container-killed-by-signal",
        "container-exit-error",
        "distributed-worker-lost",
    ),
    find=find,
)
