"""volume-multi-attach: another node still holds a disk that one node at a time may have."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import Severity
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.references import target
from stream_jobs.core.signs.attaching import Attach, attaches, holders
from stream_jobs.core.signs.volumes import concerned, event_evidence, say_volume
from stream_jobs.core.thresholds import Patience

MOVES = Patience(
    id="volume-multi-attach.moves",
    default=timedelta(minutes=2),
    says="A disk may take so long to come over when its pod moves to another node: before, it is a note only",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for attach in attaches(known, cell, multi=True):
        at = attach.since + MOVES.of(cell)
        new = attach.until is None and (cell.time is None or cell.time < at)
        yield _finding(known, cell, attach, "low" if new else None)
        if new:
            yield Later(at)


def _finding(known: Known, cell: Cell, attach: Attach, severity: Severity | None) -> Finding:
    others = holders(known, cell, attach)
    holder = others[-1] if others else None
    node = pod_view(holder).spec.nodeName or "" if holder is not None else ""
    who = f"node {node} had it for pod {holder.name}" if holder is not None else "another node had it"
    return Finding(
        says=f"Pod {known.name} could not get {say_volume(attach.volume, attach.claim)} onto node "
        f"{pod_view(known).spec.nodeName}: {who}, and one node at a time may have it",
        since=attach.since,
        until=attach.until,
        occurrence=attach.volume,
        severity=severity,
        about=(
            *concerned(known, attach.claim),
            *((holder.uid, target("Node", "", node)) if holder is not None else ()),
        ),
        evidence=event_evidence(known, list(attach.events)),
        playbook=(f"See whether pod {holder.name} still runs, and how node {node} fares",) if holder else (),
    )


FAILURE = Failure(
    id="volume-multi-attach",
    title="Disk held by another node",
    says="The disk can be attached to one machine at a time, and another machine still has it. That keeps "
    "two programs from writing to it at once, so it must not be forced before the other one has surely "
    "ended.",
    sees="The pod stays in ContainerCreating; its event FailedAttachVolume says Multi-Attach error.",
    confirm=(
        "kubectl get volumeattachments shows which node has the volume",
        "kubectl -n NAMESPACE get pods -o wide shows the other pod that mounts the claim, and its node",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Find the pod that holds the disk: if it has ended or hangs in Terminating, look at its node",
        "If its machine is surely off: kubectl taint node NODE "
        "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute; else Kubernetes waits about 6 minutes",
        "If two pods are to use the data at once, the claim needs ReadWriteMany and storage that can do it",
    ),
    leads_to=("pod-stuck-container-creating", "workflow-step-stuck-pending"),
    thresholds=(MOVES,),
    find=find,
)
