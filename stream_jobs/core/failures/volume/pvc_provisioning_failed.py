"""pvc-provisioning-failed: the storage system was asked to make the disk and could not."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.volumes import bound_since, claim_view, event_evidence

NO_CLASS = re.compile(r'storageclass\.storage\.k8s\.io "[^"]*" not found')
# What a provisioner says while an earlier try of its own still runs.
REPEATED = re.compile(r"code = Aborted|operation .*already (?:exists|in progress)")
INNER = re.compile(r"desc = (.+)|StorageClass \"[^\"]*\":?\s*(.+)", re.DOTALL)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    events = [each for each in cell.events(known, "ProvisioningFailed") if not NO_CLASS.search(each.message)]
    telling = [each for each in events if not REPEATED.search(each.message)] or events
    if not telling:
        return
    since, bound = min(each.first for each in telling), bound_since(known)
    storage = claim_view(known).spec.storageClassName
    of = f" of storage class {storage}" if storage else ""
    yield Finding(
        says=f"The disk for PersistentVolumeClaim {known.name}{of} could not be made: {_why(telling[-1])}",
        since=since,
        until=max(bound, since) if bound else (None if known.exists else known.deleted),
        evidence=event_evidence(known, telling),
    )


def _why(event: Sighting) -> str:
    found = INNER.search(event.message)
    return one_line((found[1] or found[2]) if found else event.message, 200)


FAILURE = Failure(
    id="pvc-provisioning-failed",
    title="Disk could not be made",
    says="The storage system tried to make the disk that the claim asks for and failed. It tries again from "
    "time to time, but most reasons do not pass by themselves.",
    sees="kubectl get pvc shows Pending for minutes, and its pod waits.",
    confirm=(
        "kubectl -n NAMESPACE describe pvc CLAIM shows ProvisioningFailed; the text behind desc = is the "
        "storage system's own answer",
    ),
    judges=("PersistentVolumeClaim",),
    severity="high",
    role="cause",
    playbook=(
        "Read the storage system's answer: a quota of the cloud account, a permission, a size, a zone",
        "Block storage cannot be mounted by many nodes: for ReadWriteMany choose a file storage class",
        "After correcting the claim's spec delete and create it: most of its fields cannot be edited",
    ),
    leads_to=("pvc-pending", "pod-unschedulable"),
    find=find,
)
