"""volume-mount-failed: the node could not mount a volume of the pod."""

import re
from collections.abc import Iterator

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import pod_view
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line, times
from stream_jobs.core.signs.volumes import CACHE, CONFIG, begun_after, claims_of

MOUNT = re.compile(
    r"MountVolume\.(?:SetUp|MountDevice|WaitForAttach|NewMounter|MapVolume)\S* failed", re.DOTALL
)
VOLUME = re.compile(r'for volume "([^"]+)"')
INNER = re.compile(r'failed for volume "[^"]+"\s*:\s*(.+)', re.DOTALL)
# Told by failures of their own: no driver on the node, a disk that another node still holds.
OTHERS = re.compile(r"not found in the list of registered CSI drivers|Multi-Attach error|not attached")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    volumes: dict[str, list[Sighting]] = {}
    for event in cell.events(known, "FailedMount"):
        name = VOLUME.search(event.message)
        if name is not None and is_mount_failure(event.message):
            volumes.setdefault(name[1], []).append(event)
    for volume, events in volumes.items():
        yield _finding(known, volume, events)


def is_mount_failure(message: str) -> bool:
    """Whether a FailedMount tells of a volume that cannot be mounted: not of settings, nor in passing."""
    noise = (CACHE, CONFIG, OTHERS)
    return bool(MOUNT.search(message)) and not any(each.search(message) for each in noise)


def _finding(known: Known, volume: str, events: list[Sighting]) -> Finding:
    newest, since = events[-1], min(each.first for each in events)
    claim = claims_of(pod_view(known)).get(volume) or claims_of(pod_view(known)).get(_short(volume, known))
    inner = INNER.search(newest.message)
    node = pod_view(known).spec.nodeName or ""
    what = f"volume {volume}" + (f" (PersistentVolumeClaim {claim})" if claim else "")
    begun = begun_after(known, newest.last)
    about = [target("Node", "", node)] if node else []
    if claim:
        about.append(target("PersistentVolumeClaim", known.namespace, claim))
    count = max(each.count for each in events)
    return Finding(
        says=f"Node {node} {'cannot' if begun is None else 'could not'} mount {what} for pod {known.name}: "
        f"{one_line(inner[1] if inner else newest.message, 200)}",
        since=since,
        until=begun,
        occurrence=volume,
        about=tuple(about),
        evidence=(
            Evidence(at=since, ref=known.ref, says=f"FailedMount{times(count)}: {one_line(newest.message)}"),
        ),
        playbook=(f"kubectl -n {known.namespace} describe pod {known.name}",),
    )


def _short(volume: str, known: Known) -> str:
    """The kubelet names a claim's volume by its PersistentVolume; with a single claim there is no doubt."""
    names = list(claims_of(pod_view(known)))
    declared = {each.name for each in pod_view(known).spec.volumes or ()}
    return names[0] if volume not in declared and len(names) == 1 else ""


FAILURE = Failure(
    id="volume-mount-failed",
    title="Volume cannot be mounted",
    says="The pod has its node, but the node cannot open a disk or shared folder that the pod needs, so no "
    "container starts.",
    sees="The pod stays in ContainerCreating; its events show FailedMount.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows MountVolume.SetUp failed, and the mount's own error",
        "kubectl get pods -A -o wide shows whether pods on other machines mount the same volume",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Read the inner text of the message: server address, path and rights are named there",
        "If other pods mount the same volume on other nodes, look at this node; if none can, at the server",
    ),
    leads_to=("pod-stuck-container-creating", "workflow-step-stuck-pending"),
    find=find,
)
