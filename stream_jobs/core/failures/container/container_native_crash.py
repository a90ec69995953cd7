"""container-native-crash: compiled code crashed, and Linux ended the program."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.ends import end_finding, ends


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for fault in ends(known, cell, "native"):
        yield fault if isinstance(fault, Later) else end_finding(known, fault, "crashed")


FAILURE = Failure(
    id="container-native-crash",
    title="Crash in native code",
    says="A compiled library, for example CUDA, NumPy or a driver, did something forbidden, and Linux ended "
    "the program at once. Python had no chance to raise an error.",
    sees="The container ended with exit code 139, 134, 132 or 136, with no Python traceback.",
    confirm=(
        "kubectl -n NAMESPACE logs POD -c CONTAINER --previous ends with Segmentation fault, Aborted or "
        "Illegal instruction",
        "Run again with PYTHONFAULTHANDLER=1: the log then shows where it crashed",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Compare the versions of libraries and driver with those of the last run that went well",
        "See whether it happens on one node only: then suspect its GPU or driver",
        "For exit code 132 use a build of the library for older CPUs, or nodes with newer ones",
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
