"""container-start-error: the container's process could not be started, though its command is there."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.ends import end_finding, ends


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for fault in ends(known, cell, "not started"):
        yield (
            fault
            if isinstance(fault, Later)
            else end_finding(known, fault, "could not be started, and ended")
        )


FAILURE = Failure(
    id="container-start-error",
    title="Program could not be started",
    says="The image is there and so is the file, but the process could not be started: the file may not be "
    "executed, a path of a mount does not fit, or the container runtime of the node has a fault.",
    sees="kubectl get pods shows StartError or RunContainerError, with exit code 128 or 126.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows the runtime's message: permission denied, not a "
        "directory",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Read the last words of the message: they name the file and the reason",
        "For permission denied make the file executable in the image (chmod +x), or start it through its "
        "interpreter",
        "For not a directory correct mountPath and subPath",
        "If many images fail so on one node, suspect the node",
    ),
    leads_to=(
        "container-crash-loop",
        "init-container-failed",
        "pod-failed",
        "job-backoff-limit-exceeded",
        "job-pod-failure-policy",
        "job-failed-indexes",
        "workflow-step-failed",
        "workflow-failed",
        "workflow-retries-exhausted",
        "distributed-worker-lost",
        "training-job-restarting",
        "training-job-failed",
        "pod-stuck-terminating",
    ),
    find=find,
)
