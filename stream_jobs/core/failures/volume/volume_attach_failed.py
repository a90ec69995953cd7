"""volume-attach-failed: the storage system could not attach the disk to the node."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.signs.attaching import Attach, attaches
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.volumes import concerned, event_evidence, say_volume

INNER = re.compile(r'for volume "[^"]*"\s*:\s*(.+)', re.DOTALL)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for attach in attaches(known, cell, multi=False):
        yield _finding(known, attach)


def _finding(known: Known, attach: Attach) -> Finding:
    newest = attach.events[-1].message
    inner = INNER.search(newest)
    what = say_volume(attach.volume, attach.claim) if attach.volume else "a disk"
    return Finding(
        says=f"{what[0].upper()}{what[1:]} could not be attached to node {pod_view(known).spec.nodeName} "
        f"for pod {known.name}: {one_line(inner[1] if inner else newest, 200)}",
        since=attach.since,
        until=attach.until,
        occurrence=attach.volume,
        about=concerned(known, attach.claim),
        evidence=event_evidence(known, list(attach.events)),
    )


FAILURE = Failure(
    id="volume-attach-failed",
    title="Disk could not be attached",
    says="The pod has its node, but the storage system could not connect the disk to that machine.",
    sees="The pod stays in ContainerCreating; its event FailedAttachVolume says AttachVolume.Attach failed.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows FailedAttachVolume and the storage system's answer",
        "kubectl get volumeattachments -o yaml shows attachError for the volume",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Look at the controller pods of the CSI driver, and at the state of the disk at the cloud",
        "timed out waiting for external-attacher: that driver's attacher does not run",
        "An attachment to a node that no longer exists can be deleted: kubectl delete volumeattachment NAME",
    ),
    leads_to=("pod-stuck-container-creating", "workflow-step-stuck-pending"),
    find=find,
)
