"""volume-rwop-in-use: the disk allows one pod only, and another one uses it."""

import re
from collections.abc import Iterator

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, pods_of
from stream_jobs.core.references import target
from stream_jobs.core.signs.reach import volume_blames, with_mode
from stream_jobs.core.signs.scheduling import unplaced

CLAUSE = re.compile(r"ReadWriteOncePod access mode already in-use by another pod")
MODE = "ReadWriteOncePod"


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in volume_blames(known, cell, CLAUSE):
        claims = with_mode(known, cell, MODE)
        claim = claims[0] if len(claims) == 1 else None
        holder = _holder(known, cell, claim) if claim is not None else None
        uses = "uses" if blame.until is None else "used"
        who = f"pod {holder.name}" if holder is not None else "another pod"
        says = (
            f"Pod {known.name} waits for {f'PersistentVolumeClaim {claim.name}' if claim else 'a disk'}, "
            f"which one pod at a time may use: {who} {uses} it"
        )
        for found in unplaced(known, cell, blame, says):
            if claim is None or isinstance(found, Later):
                yield found
            else:
                about = (target("PersistentVolumeClaim", known.namespace, claim.name),)
                held = (holder.uid,) if holder is not None else ()
                yield msgspec.structs.replace(found, subject=claim.ref, about=(*about, *held))


def _holder(known: Known, cell: Cell, claim: Known) -> Known | None:
    """The pod that has a node and uses the claim, the newest one."""
    others = [
        each
        for each in pods_of(cell.used_by(claim))
        if each.uid != known.uid and pod_view(each).spec.nodeName
    ]
    running = [each for each in others if each.exists]
    return (running or others)[-1] if others else None


FAILURE = Failure(
    id="volume-rwop-in-use",
    title="Disk in use by another pod",
    says="The disk allows exactly one pod at a time (access mode ReadWriteOncePod), and another pod uses it "
    "now. This keeps two writers from the same data.",
    sees="The pod stays Pending; its event FailedScheduling speaks of ReadWriteOncePod.",
    confirm=("kubectl -n NAMESPACE describe pvc CLAIM lists the pod that holds it behind Used By",),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Wait for the other pod to end, or stop it if it is left over from an earlier run",
        "If several pods are to read the data at once, use another access mode",
    ),
    leads_to=("pod-unschedulable", "workflow-step-stuck-pending"),
    find=find,
)
