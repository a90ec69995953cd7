"""pvc-pending: a pod waits for a PersistentVolumeClaim that has no volume yet."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, pods_of, seen
from stream_jobs.core.quantities import say_span, say_time
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.volumes import bound_since, is_pending, waiting_pods
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="pvc-pending.patience",
    default=timedelta(minutes=5),
    says="Making a disk may take so long, where the scheduler says nothing: most clouds need a minute",
)
BY_DESIGN = frozenset({"WaitForFirstConsumer", "WaitForPodScheduled"})


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    waiting = list(waiting_pods(known, cell)) if _was_pending(known) else []
    if waiting:
        pod, refusal = min(waiting, key=lambda each: (each[1].first, each[0].name))
        evidence = Evidence(at=refusal.first, ref=pod.ref, says=f"scheduler: {one_line(refusal.text)}")
        yield _finding(known, cell, pod, refusal.first, evidence)
    elif is_pending(known) and not _by_design(known, cell):
        yield from _silent(known, cell)


def _was_pending(known: Known) -> bool:
    return any(phase == "Pending" for phase, _ in known.history.phases)


def _by_design(known: Known, cell: Cell) -> bool:
    """The claim waits for its pod to find a node: what keeps the pod is told of the pod."""
    events = cell.events(known)
    return bool(events) and events[-1].reason in BY_DESIGN


def _silent(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    pods = [each for each in pods_of(cell.used_by(known)) if each.exists and not pod_view(each).spec.nodeName]
    if not pods:
        return
    since = max(known.created or known.first_seen, pods[0].created or pods[0].first_seen)
    if cell.time is None or cell.time < since + PATIENCE.of(cell):
        yield Later(since + PATIENCE.of(cell))
    else:
        yield _finding(
            known,
            cell,
            pods[0],
            since,
            seen(known, since, f"phase Pending for more than {say_span(PATIENCE.of(cell))}"),
        )


def _finding(known: Known, cell: Cell, pod: Known, since: datetime, evidence: Evidence) -> Finding:
    bound = bound_since(known)
    until = bound if bound is not None or known.exists else known.deleted
    events = [each for each in cell.events(known) if each.reason not in BY_DESIGN]
    told = tuple(
        Evidence(at=each.first, ref=known.ref, says=f"{each.reason}: {one_line(each.message)}")
        for each in events[-1:]
    )
    waits = "waits" if until is None else "waited"
    return Finding(
        says=f"Pod {pod.name} {waits} for PersistentVolumeClaim {known.name}, which has no volume since "
        f"{say_time(since)}"
        if until is None
        else f"Pod {pod.name} waited for PersistentVolumeClaim {known.name} to get its volume",
        since=since,
        until=max(until, since) if until else None,
        hits=tuple(each.uid for each in pods_of(cell.used_by(known))),
        evidence=(*told, evidence),
        playbook=(f"kubectl -n {known.namespace} describe pvc {known.name}",),
    )


FAILURE = Failure(
    id="pvc-pending",
    title="Disk not ready",
    says="The step waits for a disk. Its claim has not got a volume: nobody has made one, or none fits.",
    sees="kubectl get pvc shows Pending, and its pod is Pending, too.",
    confirm=("kubectl -n NAMESPACE describe pvc CLAIM shows in its newest event what it waits for",),
    judges=("PersistentVolumeClaim",),
    severity="medium",
    role="symptom",
    playbook=(
        "Read the newest event of the claim: it names what is missing",
        "Look whether the provisioner of its storage class runs: kubectl get pods -A",
    ),
    leads_to=("pod-unschedulable", "workflow-step-stuck-pending"),
    thresholds=(PATIENCE,),
    find=find,
)
