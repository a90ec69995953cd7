"""volume-limit-reached: the nodes hold as many disks as they can."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.placement import names
from stream_jobs.core.signs.reach import volume_blames
from stream_jobs.core.signs.scheduling import unplaced

CLAUSE = re.compile(r"exceed max volume count")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in volume_blames(known, cell, CLAUSE):
        nodes = f" ({names(blame.spots)})" if blame.spots else ""
        can = "can" if blame.until is None else "could"
        yield from unplaced(
            known,
            cell,
            blame,
            f"The nodes that suit pod {known.name}{nodes} have as many disks attached as they {can}",
        )


FAILURE = Failure(
    id="volume-limit-reached",
    title="No more disks on the nodes",
    says="A machine can have only so many disks attached (often 15 to 40). The machines that suit the pod "
    "have reached that number, although CPU and memory may be free.",
    sees="The pod stays Pending; its event FailedScheduling says exceed max volume count.",
    confirm=(
        "kubectl get csinode NODE -o jsonpath='{.spec.drivers[*].allocatable.count}' is the number allowed",
        "kubectl get volumeattachments | grep NODE | wc -l is the number in use",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Delete claims of finished steps, or use fewer disks a step: a shared volume, an emptyDir",
        "Add nodes, or larger ones: the number depends on the kind of machine",
    ),
    leads_to=("pod-unschedulable", "workflow-step-stuck-pending"),
    find=find,
)
