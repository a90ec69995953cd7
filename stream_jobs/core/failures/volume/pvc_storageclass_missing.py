"""pvc-storageclass-missing: the claim names a StorageClass that the cluster does not have."""

import re
from collections.abc import Iterator

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.volumes import bound_since

MESSAGE = re.compile(r'storageclass\.storage\.k8s\.io "([^"]+)" not found')


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    events = [each for each in cell.events(known, "ProvisioningFailed") if MESSAGE.search(each.message)]
    told = MESSAGE.search(events[-1].message) if events else None
    if told is None or _has_volumes(cell, told[1]):
        return
    first = min(events, key=lambda each: each.first)
    bound = bound_since(known)
    has = "has" if bound is None else "had"
    yield Finding(
        says=f"PersistentVolumeClaim {known.name} asks for storage class {told[1]}, which the cluster {has} "
        "not",
        since=first.first,
        until=max(bound, first.first) if bound else None,
        evidence=(
            Evidence(at=first.first, ref=known.ref, says=f"{first.reason}: {one_line(first.message)}"),
        ),
        playbook=(f"kubectl get storageclass; kubectl -n {known.namespace} get pvc {known.name} -o yaml",),
    )


def _has_volumes(cell: Cell, name: str) -> bool:
    """Whether volumes bear the class's name: then it needs no object, and the claim waits for one of them."""
    return any(
        each.fields.get("spec.storageClassName") == f'"{name}"' for each in cell.of_kind("PersistentVolume")
    )


FAILURE = Failure(
    id="pvc-storageclass-missing",
    title="No such storage class",
    says="The claim asks for a kind of storage by a name that this cluster does not know, so nothing will "
    "ever make the disk.",
    sees="kubectl get pvc shows Pending beside the name of a storage class.",
    confirm=(
        "kubectl -n NAMESPACE describe pvc CLAIM shows ProvisioningFailed: storageclass not found",
        "kubectl get storageclass does not list the name",
    ),
    judges=("PersistentVolumeClaim",),
    severity="high",
    role="cause",
    playbook=(
        "Choose one of the storage classes that exist; the field cannot be edited, so delete and create "
        "the claim",
        "If the name comes from another cluster or cloud, correct it in the template",
    ),
    leads_to=("pvc-pending", "pod-unschedulable"),
    find=find,
)
