"""pv-released-not-reusable: a volume still belongs to a deleted claim, or cannot be deleted."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from schemas.kubernetes import PersistentVolumeClaim
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pods_of, seen
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.volumes import (
    bound_since,
    claim_view,
    event_evidence,
    held_by_old_claim,
    volume_view,
)
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="pv-released-not-reusable.delete",
    default=timedelta(minutes=5),
    says="So long the delete of a disk may fail and be tried again: it is still attached at first",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if isinstance(known.view, PersistentVolumeClaim):
        yield from _waits_for_it(known, cell)
    else:
        yield from _not_deleted(known, cell)


def _waits_for_it(known: Known, cell: Cell) -> Iterator[Finding]:
    """The claim has the name of the deleted one, and is another one for all that."""
    if not any(phase == "Pending" for phase, _ in known.history.phases):
        return
    made = known.created or known.first_seen
    bound = bound_since(known) or known.deleted
    for volume in _candidates(known, cell, made):
        released = next((at for phase, at in volume.history.phases if phase == "Released"), None)
        if released is None:
            continue
        since = max(made, released)
        users = tuple(each.uid for each in pods_of(cell.used_by(known)) if each.exists)
        holds = "holds" if bound is None else "held"
        yield Finding(
            says=f"PersistentVolume {volume.name} {holds} what the deleted claim {known.name} of namespace "
            f"{known.namespace} had, so the new claim of that name does not get it",
            since=since,
            until=max(bound, since) if bound else None,
            subject=volume.ref,
            severity="medium" if users else None,
            evidence=(Evidence(at=released, ref=volume.ref, says=_stands(volume)),),
            playbook=(
                f"To give it to the new claim: kubectl patch pv {volume.name} --type=json -p "
                '\'[{"op":"remove","path":"/spec/claimRef/uid"}]\'',
            ),
        )


def _candidates(known: Known, cell: Cell, made: datetime) -> Iterator[Known]:
    """Volumes that belong to an earlier claim of that name, and the one that the claim got in the end."""
    yield from held_by_old_claim(known, cell)
    name = claim_view(known).spec.volumeName
    got = cell.by_name("PersistentVolume", "", name) if name else None
    if got is not None and any(phase == "Released" for phase, at in got.history.phases):
        owner = volume_view(got).spec.claimRef
        if owner is not None and owner.uid == known.uid and made > (got.created or made):
            yield got


def _stands(volume: Known) -> str:
    view = volume_view(volume)
    policy = view.spec.persistentVolumeReclaimPolicy or "Retain"
    return f"phase {view.status.phase}, reclaim policy {policy}, claimRef of a claim that was deleted"


def _not_deleted(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    """The claim is gone and the disk was to go with it."""
    events = cell.events(known, "VolumeFailedDelete")
    failed = next((at for phase, at in known.history.phases if phase == "Failed"), None)
    starts = [each for each in (failed, *(each.first for each in events)) if each is not None]
    if not starts:
        return
    since = min(starts)
    at = since + PATIENCE.of(cell)
    if known.deleted is not None:
        if known.deleted <= at:
            return
    elif cell.time is None or cell.time < at:
        yield Later(at)
        return
    view = volume_view(known)
    why = one_line(events[-1].message if events else view.status.message or "no reason given", 200)
    yield Finding(
        says=f"The disk of PersistentVolume {known.name}, whose claim is gone, could not be deleted: {why}",
        since=since,
        until=known.deleted,
        occurrence="delete",
        evidence=event_evidence(known, events) if events else (seen(known, since, f"phase Failed: {why}"),),
    )


FAILURE = Failure(
    id="pv-released-not-reusable",
    title="Disk of a deleted claim",
    says="A volume that outlived its claim stays reserved for exactly that claim. A new claim of the same "
    "name does not get it, and waits; nor is the disk deleted by itself where its delete failed.",
    sees="kubectl get pv shows Released (or Failed) beside the old claim's name, and the new claim is "
    "Pending.",
    confirm=(
        "kubectl get pv VOLUME -o jsonpath='{.spec.claimRef.uid}' differs from kubectl -n NAMESPACE get pvc "
        "CLAIM -o jsonpath='{.metadata.uid}'",
        "kubectl describe pv VOLUME shows VolumeFailedDelete where the delete failed",
    ),
    judges=("PersistentVolumeClaim", "PersistentVolume"),
    severity="low",
    role="cause",
    playbook=(
        "If the new claim is to have the old data, remove the uid from the volume's claimRef",
        "If the data is no longer needed, delete the PersistentVolume, and its disk at the storage system",
    ),
    leads_to=("pvc-pending", "pod-unschedulable"),
    thresholds=(PATIENCE,),
    find=find,
)
