"""pod-failed: the pod ended with an error; what the kubelet or its containers say of it."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, failed_exits, pod_view, seen
from stream_jobs.core.signs.disruption import stopped_at
from stream_jobs.core.signs.messages import one_line


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    status = pod_view(known).status
    if status.phase != "Failed" or stopped_at(known) is not None:  # told to go: that is why it ended
        return
    why = one_line(": ".join(filter(None, (status.reason, status.message)))) or _exit(known)
    since = ended_at(known)
    yield Finding(
        says=f"Pod {known.name} ended with an error" + (f" ({why})" if why else ""),
        since=since,
        evidence=(seen(known, since, f"phase Failed{': ' + why if why else ''}"),),
    )


def _exit(known: Known) -> str:
    """The last bad end of a container, init containers before main ones."""
    bad = failed_exits(known)
    if not bad:
        return ""
    last = bad[-1]
    return f"container {last.container}: {last.reason or 'Error'}, exit code {last.code}"


FAILURE = Failure(
    id="pod-failed",
    title="Pod failed",
    says="The pod ended with an error. Which one, its containers' exit codes or the kubelet's reason tell.",
    sees="kubectl get pods shows Error, or the reason for which the kubelet ended the pod.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.phase} {.status.reason} {.status.message}'",
        "kubectl -n NAMESPACE describe pod POD lists the exit code of each container",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Read in this order: the pod's status reason, its DisruptionTarget condition, init containers, "
        "main containers, sidecars",
    ),
    leads_to=(
        "job-backoff-limit-exceeded",
        "job-pod-failure-policy",
        "job-failed-indexes",
        "workflow-step-failed",
        "training-job-restarting",
        "training-job-failed",
        "distributed-worker-lost",
    ),
    find=find,
)
