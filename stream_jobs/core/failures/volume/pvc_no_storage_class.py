"""pvc-no-storage-class: the claim names no StorageClass and the cluster has no default one."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.signs.messages import shell_word
from stream_jobs.core.signs.volumes import bound_since, claim_view, event_evidence, held_by_old_claim

MESSAGE = re.compile(r"no persistent volumes available for this claim and no storage class is set")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    events = [each for each in cell.events(known, "FailedBinding") if MESSAGE.search(each.message)]
    if not events or any(held_by_old_claim(known, cell)):  # then that volume is what it waits for
        return
    ready_made = claim_view(known).spec.storageClassName == ""  # on purpose: somebody makes the volume
    since, bound = min(each.first for each in events), bound_since(known)
    asks = (
        "asks for a volume that somebody made before it, and there is none that fits"
        if ready_made
        else "names no storage class, and the cluster has no default one"
    )
    yield Finding(
        says=f"PersistentVolumeClaim {known.name} {asks}",
        since=since,
        until=max(bound, since) if bound else None,
        evidence=event_evidence(known, events),
        confidence=0.8 if ready_made else 1.0,
        playbook=(f"kubectl get storageclass; kubectl -n {shell_word(known.namespace)} get pvc",),
    )


FAILURE = Failure(
    id="pvc-no-storage-class",
    title="No storage class",
    says="The claim does not say which kind of storage it wants, and the cluster has no default kind, so "
    "nobody makes a disk for it.",
    sees="kubectl get pvc shows Pending with an empty STORAGECLASS; its pod stays Pending, too.",
    confirm=(
        "kubectl -n NAMESPACE describe pvc CLAIM shows FailedBinding: no persistent volumes available for "
        "this claim and no storage class is set",
        "kubectl get storageclass shows none that is marked (default)",
    ),
    judges=("PersistentVolumeClaim",),
    severity="high",
    role="cause",
    playbook=(
        "Delete the claim and create it again with storageClassName: the field cannot be edited",
        "Or mark a default class: kubectl annotate storageclass NAME "
        "storageclass.kubernetes.io/is-default-class=true",
        "If a volume was to be made by hand, see that its size, access mode and class fit the claim",
    ),
    leads_to=("pvc-pending", "pod-unschedulable"),
    find=find,
)
