"""pvc-lost: the volume behind a bound claim is gone."""

from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pods_of, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target
from stream_jobs.core.signs.volumes import claim_view, event_evidence, volume_of

LOST = ("ClaimLost", "ClaimMisbound")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    events = cell.events(known, *LOST)
    since, until = _lost(known)
    if since is None and not events:
        return
    since = min([each.first for each in events], default=since)
    name = claim_view(known).spec.volumeName or ""
    evidence = event_evidence(known, events) if events else (seen(known, since, "status.phase is Lost"),)
    yield Finding(
        says=f"PersistentVolumeClaim {known.name} lost its volume{f' {name}' if name else ''}"
        f"{_fate(known, cell)}: its data is probably gone",
        since=since,
        until=until,
        about=(target("PersistentVolume", "", name),) if name else (),
        hits=tuple(each.uid for each in pods_of(cell.used_by(known)) if each.exists),
        evidence=evidence,
    )


def _lost(known: Known) -> tuple[datetime | None, datetime | None]:
    """When the claim became Lost, and when it no longer was."""
    phases = known.history.phases
    starts = [index for index, (phase, _) in enumerate(phases) if phase == "Lost"]
    if not starts:
        return None, None
    after = phases[starts[-1] + 1 :]
    return phases[starts[0]][1], after[0][1] if after else known.deleted


def _fate(known: Known, cell: Cell) -> str:
    volume = volume_of(known, cell)
    return (
        f", which was deleted at {say_time(volume.deleted)}" if volume is not None and volume.deleted else ""
    )


FAILURE = Failure(
    id="pvc-lost",
    title="Disk lost",
    says="The volume behind this claim was removed from the cluster while the claim was bound to it. New "
    "pods that mount the claim cannot start, and the data may be gone for good.",
    sees="kubectl get pvc shows Lost.",
    confirm=(
        "kubectl -n NAMESPACE describe pvc CLAIM shows ClaimLost: Bound claim has lost its PersistentVolume",
        "kubectl get pv VOLUME answers NotFound",
    ),
    judges=("PersistentVolumeClaim",),
    severity="critical",
    role="cause",
    playbook=(
        "Stop what would write to a new, empty disk, and look for snapshots and backups",
        "With reclaim policy Retain the disk itself may still exist at the storage system: make a "
        "PersistentVolume for it again",
        "If nothing is to be saved, delete the claim and create it anew",
    ),
    leads_to=("pod-unschedulable", "volume-mount-failed", "volume-attach-failed"),
    find=find,
)
