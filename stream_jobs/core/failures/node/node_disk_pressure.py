"""node-disk-pressure: the machine's own disk is nearly full."""

import re
from collections.abc import Iterator
from datetime import timedelta

import msgspec

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.nodes import Trouble, complaints, conditions_true, ill, lasting, outside
from stream_jobs.core.signs.volumes import begun_after
from stream_jobs.core.thresholds import Patience

CONDITION = re.compile("DiskPressure")
EVENTS = {
    "NodeHasDiskPressure": "",
    "EvictionThresholdMet": r"(?i)reclaim (ephemeral-storage|inodes)|(nodefs|imagefs|containerfs)\.",
}
# The kubelet looks for images to remove every five minutes, and says each time that it found too few.
CLEANING = {"FreeDiskSpaceFailed": "", "ImageGCFailed": ""}
# what every kubelet says at its start, before the first figures are there
WARMING_UP = re.compile(r"unable to find data in memory cache|failed to get (imageFs|image ?fs) (stats|info)")
FULL = re.compile(r"no space left on device")
STILL = Patience(
    id="node-disk-pressure.still",
    default=timedelta(minutes=11),
    says="A node that found no images to remove is taken to have room again when it has not said so for this "
    "long: the kubelet looks every five minutes",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key == "Pod":
        yield from _unpacking(known, cell)
        return
    shown = list(conditions_true(known, CONDITION))
    shown += outside(shown, complaints(known, cell, EVENTS, WARMING_UP))
    for each in shown:
        is_full = "is" if each.until is None else "was"
        yield ill(
            known, each, f"{is_full} short of disk space, so the kubelet removes pods and takes no more"
        )
    for each in outside(shown, complaints(known, cell, CLEANING, WARMING_UP)):
        yield from _crowded(known, cell, each)


def _crowded(known: Known, cell: Cell, each: Trouble) -> Iterator[Finding | Later]:
    """Not yet pressure: the disk is fuller than the kubelet wants, and there is nothing to clean away."""
    since = each.until or each.since
    later = lasting(known, cell, None, since + STILL.of(cell))
    found = "found" if later is None else "finds"
    finding = ill(known, each, f"{found} too few images to remove from its disk", "medium")
    yield finding if later is None else msgspec.structs.replace(finding, until=None)
    yield from later or ()


def _unpacking(known: Known, cell: Cell) -> Iterator[Finding]:
    """An image that does not fit on the node's disk any more; the node itself may not have noticed."""
    node, name = cell.node(known), pod_view(known).spec.nodeName
    told = [each for each in cell.events(known, "Failed") if FULL.search(each.message)]
    waits = [each for each in known.history.waits if FULL.search(each.message)]
    if not name or not (told or (waits and waits[0].reason in ("ErrImagePull", "ImagePullBackOff"))):
        return
    text, since = (told[0].message, told[0].first) if told else (waits[0].message, waits[0].since)
    yield Finding(
        says=f"The disk of node {name} is too full to unpack an image for pod {known.name}",
        since=since,
        until=begun_after(known, since),
        occurrence="image",
        subject=node.ref if node is not None else None,
        about=(target("Node", "", name),),
        evidence=(Evidence(at=since, ref=known.ref, says=one_line(text)),),
    )


FAILURE = Failure(
    id="node-disk-pressure",
    title="Node's disk is full",
    says="Images, logs and scratch files of all pods share the machine's own disk. It is nearly full, so the "
    "kubelet removes pods and takes no new ones. Claimed volumes do not count here.",
    sees="kubectl describe node shows DiskPressure True and the taint node.kubernetes.io/disk-pressure; pods "
    "show Evicted, or an image is not pulled with 'no space left on device'.",
    confirm=(
        "kubectl describe node NODE shows DiskPressure with reason KubeletHasDiskPressure, or the events "
        "FreeDiskSpaceFailed and ImageGCFailed",
        "On the machine: df -h /var/lib/kubelet /var/lib/containerd",
    ),
    judges=("Node", "Pod"),
    severity="high",
    role="cause",
    playbook=(
        "Find what fills it: large images (crictl images), logs, and scratch files of pods on that node",
        "Give pods that write much an ephemeral-storage limit, or a volume; use machines with larger disks",
    ),
    leads_to=(
        "evicted-node-disk",
        "evicted-node-pressure",
        "untolerated-taint",
        "image-pull-failed",
        "node-not-ready",
    ),
    thresholds=(STILL,),
    find=find,
)
