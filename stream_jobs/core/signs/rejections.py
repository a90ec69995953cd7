"""Pods that a node's kubelet refused at the last moment, or that failed alike: told once for their owner."""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view
from stream_jobs.core.quantities import is_gpu
from stream_jobs.core.signs.messages import one_line

# https://github.com/kubernetes/kubernetes, pkg/kubelet/lifecycle/predicate.go and pkg/kubelet/cm
REASON = re.compile(
    r"^(?:OutOf.+|NodeAffinity|NodePorts|NodeName|NodeUnschedulable|TaintToleration|PodOSNotSupported"
    r"|PodOSSelectorNodeLabelDoesNotMatch|InvalidNodeInfo|UnexpectedAdmissionError|TopologyAffinityError"
    r"|AppArmor|SysctlForbidden|UnexpectedPredicateFailureType|VolumeAttachmentLimitExceeded)$"
)
MESSAGE = re.compile(r"^Pod was rejected|Node didn't have enough resource|Predicate \w+ failed")
OTHERS = frozenset({"Evicted", "NodeShutdown", "Shutdown", "Terminated", "DeadlineExceeded"})
DEVICES = re.compile(
    r"Allocate failed due to .*?(?:no healthy devices present|requested number of devices unavailable"
    r"|device plugin GetPreferredAllocation rpc failed|nvml: GPU is lost)",
    re.DOTALL,
)
RESOURCE = re.compile(r"(?:devices|for) ([a-z0-9.-]+/[\w.-]+)")


class Alike(msgspec.Struct, frozen=True):
    """Pods of one owner that failed on one node for one reason, in the order in which they came."""

    node: str
    reason: str
    pods: tuple[Known, ...]

    @property
    def first(self) -> Known:
        """The pod with which it began."""
        return self.pods[0]

    @property
    def text(self) -> str:
        """What the kubelet said of the first one."""
        return one_line(pod_view(self.first).status.message or self.reason, 300)

    @property
    def since(self) -> datetime | None:
        """When the first one failed."""
        return ended_at(self.first)


def is_rejected(known: Known) -> bool:
    """Whether the node's kubelet refused the pod: it never ran there."""
    status = pod_view(known).status
    if status.phase != "Failed" or (status.reason or "") in OTHERS:
        return False
    return bool(REASON.search(status.reason or "") or MESSAGE.search(status.message or ""))


def is_gpu_rejection(known: Known) -> bool:
    """Whether the node could not hand out the accelerator that it offers."""
    text = pod_view(known).status.message or ""
    if not is_rejected(known) or not DEVICES.search(text):
        return False
    named = RESOURCE.search(text)
    return named is None or is_gpu(named[1])


def failed_alike(known: Known, cell: Cell) -> list[Alike]:
    """The failed pods of an owner by node and reason; of a pod whose owner was not seen, itself."""
    key = ("alike", known.uid)
    if key not in cell.memo:
        cell.memo[key] = _alike(_failed(known, cell))
    found: list[Alike] = cell.memo[key]
    return found


def _failed(known: Known, cell: Cell) -> Iterator[Known]:
    """The owner is judged when one of its pods changes; a pod is not when its sisters do."""
    if known.key == "Pod":
        if cell.owner(known) is None and pod_view(known).status.phase == "Failed":
            yield known
        return
    for uid in cell.users.get(known.uid, ()):
        pod = cell.objects.get(uid)
        if pod is None or pod.key != "Pod" or pod_view(pod).status.phase != "Failed":
            continue
        if cell.owner(pod) is known:
            yield pod


def _alike(pods: Iterator[Known]) -> list[Alike]:
    groups: dict[tuple[str, str], list[Known]] = defaultdict(list)
    for pod in pods:
        view = pod_view(pod)
        groups[view.spec.nodeName or "", view.status.reason or ""].append(pod)
    return [
        Alike(node, reason, tuple(sorted(found, key=_age)))
        for (node, reason), found in sorted(groups.items())
    ]


def _age(known: Known) -> tuple[datetime, datetime, str]:
    return known.created or known.first_seen, known.first_seen, known.uid
