"""container-bus-error-shm: the program ran out of shared memory, of which pods get 64 MiB."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.ends import end_finding, ends


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for fault in ends(known, cell, "shared memory"):
        yield (
            fault
            if isinstance(fault, Later)
            else end_finding(known, fault, "ran out of shared memory or lost a mapped file, and ended")
        )


FAILURE = Failure(
    id="container-bus-error-shm",
    title="Shared memory ran out",
    says="Workers of a data loader hand over their batches through /dev/shm. A pod's /dev/shm holds 64 MiB "
    "unless it asks for more; when it is full the program gets a bus error. A mapped file that cannot be "
    "read gives the same error.",
    sees="The container ends with exit code 135, or with a DataLoader worker killed by signal: Bus error in "
    "its log.",
    confirm=(
        "kubectl -n NAMESPACE logs POD -c CONTAINER --previous shows Bus error, or out of shared memory",
        "kubectl -n NAMESPACE exec POD -c CONTAINER -- df -h /dev/shm shows 64M, nearly full",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Mount an emptyDir with medium: Memory at /dev/shm, and add its size to the memory limit",
        "To see whether that is it, run once with num_workers=0",
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
    ),
    find=find,
)
