"""container-killed-by-signal: something outside the program stopped or killed it."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.ends import end_finding, ends
from stream_jobs.core.signs.lives import Fault, killings

PROBE = re.compile(r"failed (?:liveness|startup) probe")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for fault in ends(known, cell, "killed"):
        if isinstance(fault, Later):
            yield fault
        elif fault.role != "sidecar" and not _ordered(known, cell, fault):
            yield end_finding(known, fault, "was ended from outside")


def _ordered(known: Known, cell: Cell, fault: Fault) -> bool:
    """Whether the kubelet ended the container for another reason than a probe: its pod was to go."""
    events = killings(known, cell, fault.last)
    return bool(events) and not any(PROBE.search(event.message) for event in events)


FAILURE = Failure(
    id="container-killed-by-signal",
    title="Ended from outside",
    says="Something outside the program asked it to stop (exit code 143) or killed it (137). It was not its "
    "memory limit: then the reason would be OOMKilled.",
    sees="The container ended with exit code 137 or 143, and its reason is not OOMKilled.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Killing, and by it why",
        "kubectl -n NAMESPACE get pod POD -o yaml shows reason Error with exitCode 137 or 143",
    ),
    judges=("Pod",),
    severity="medium",
    role="symptom",
    playbook=(
        "Look for what happened just before: a failed probe, a restarted node, a deadline, a stopped "
        "workflow",
        "A 137 at the end of the grace period after a stop means that the program ignored the signal",
    ),
    leads_to=(
        "container-crash-loop",
        "init-container-failed",
        "pod-failed",
        "job-backoff-limit-exceeded",
        "workflow-step-failed",
    ),
    find=find,
)
