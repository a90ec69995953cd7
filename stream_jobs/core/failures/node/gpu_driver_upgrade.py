"""gpu-driver-upgrade: the machine's GPU driver is being changed, for which its GPU pods are removed."""

from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.gpus import DRIVER_STATE
from stream_jobs.core.signs.node_marks import Mark, labelled

DEPLOY = "nvidia.com/gpu.deploy.driver"
# NVIDIA's gpu-operator; "upgrade-required" only stands in line, "upgrade-done" is well.
STATES = (
    "cordon-required",
    "wait-for-jobs-required",
    "pod-deletion-required",
    "drain-required",
    "node-maintenance-required",
    "pod-restart-required",
    "validation-required",
    "uncordon-required",
)
FAILED = "upgrade-failed"
PAUSED = "paused-for-driver-upgrade"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    marks = [each for each in labelled(known, DRIVER_STATE) if each.name in (*STATES, FAILED)]
    marks = marks or [each for each in labelled(known, DEPLOY) if each.name == PAUSED]
    for number, run in enumerate(_runs(marks)):
        last = run[-1]
        failed = last.name == FAILED
        yield Finding(
            says=f"The GPU driver of node {known.name} "
            + (
                "could not be upgraded" if failed else f"{_is(last)} being upgraded: its GPU pods are removed"
            ),
            since=run[0].since,
            until=last.until,
            occurrence=str(number),
            severity="high" if failed else None,
            evidence=tuple(
                seen(known, each.since, f"driver upgrade state: {each.name}") for each in run[-4:]
            ),
        )


def _is(mark: Mark) -> str:
    return "is" if mark.until is None else "was"


def _runs(marks: list[Mark]) -> list[list[Mark]]:
    """One upgrade after the other: its states follow without a break."""
    found: list[list[Mark]] = []
    end: datetime | None = None
    for mark in sorted(marks, key=lambda each: each.since):
        if found and end is not None and mark.since <= end:
            found[-1].append(mark)
        else:
            found.append([mark])
        end = mark.until
    return found


FAILURE = Failure(
    id="gpu-driver-upgrade",
    title="GPU driver is being upgraded",
    says="NVIDIA's operator replaces the GPU driver of the machine. For that it closes the node and removes "
    "the pods that use its GPUs.",
    sees="kubectl get nodes shows SchedulingDisabled for one GPU node after the other; GPU pods there are "
    "Terminating.",
    confirm=(
        "kubectl get node NODE --show-labels shows nvidia.com/gpu-driver-upgrade-state with another value "
        "than upgrade-done",
    ),
    judges=("Node",),
    severity="medium",
    role="cause",
    playbook=(
        "Wait until the node says upgrade-done; plan upgrades for times without long trainings",
        "upgrade-failed: have an administrator look at the driver pod of that node",
    ),
    # the operator's drain is a drain; a GPU node that is closed or without a driver offers nothing
    leads_to=(
        "node-cordoned",
        "evicted-by-api",
        "pod-deleted-by-user",
        "node-drain-or-scale-down",
        "gpu-device-plugin-down",
        "insufficient-gpu",
    ),
    find=find,
)
