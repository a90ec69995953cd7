"""How the kubelet says that it ended a pod, or would not take it: status, condition, event."""

import re
from datetime import datetime

import msgspec

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, seen
from stream_jobs.core.quantities import quantity, say_bytes
from stream_jobs.core.signs.disruption import disrupted
from stream_jobs.core.signs.messages import one_line

# https://github.com/kubernetes/kubernetes, pkg/kubelet/eviction/helpers.go
SHORT_OF = re.compile(r"low on resource: \[?(?P<resource>[\w-]+)")
CONDITION = re.compile(r"The node had condition: \[(?P<conditions>[^\]]+)\]")
USE = re.compile(
    r"Container (?P<name>\S+) was using (?P<use>[^,\s]+), "
    r"(?:request is|which exceeds its request of) (?P<request>[^,\s]+?)[,.]?(?:\s|$)"
)
OWN_LIMIT = re.compile(
    r"total limit of containers|local ephemeral storage limit|EmptyDir volume \".+\" exceeds the limit"
)
REJECTED = re.compile(r"^Pod (?:was rejected: )?(?:The n|N)ode |^Pod was rejected")
# What an eviction leads to: it ends the containers, and whoever waits for the pod suffers.
EFFECTS = (
    "pod-failed",
    "job-backoff-limit-exceeded",
    "job-pod-failure-policy",
    "workflow-step-failed",
    "workflow-step-pod-deleted",
    "container-killed-by-signal",
    "container-exit-error",
    "container-status-unknown",
    "distributed-worker-lost",
    "training-job-restarting",
    "training-job-failed",
)


class Eviction(msgspec.Struct, frozen=True):
    """One end of a pod by its kubelet, in its words."""

    text: str
    at: datetime | None
    evidence: Evidence


class Use(msgspec.Struct, frozen=True):
    """What the kubelet says a container used when it ran short."""

    container: str
    used: float
    requested: float


def evicted(known: Known, cell: Cell) -> Eviction | None:
    """The eviction that the kubelet tells of; None where the pod's own limits were the reason, or nothing."""
    found = _evicted(known, cell)
    return None if found is None or OWN_LIMIT.search(found.text) else found


def _evicted(known: Known, cell: Cell) -> Eviction | None:
    status = pod_view(known).status
    if status.reason == "Evicted":
        at, text = ended_at(known), one_line(status.message or "")
        return Eviction(text, at, seen(known, at, f"Evicted: {text}".rstrip(": ")))
    turn = disrupted(known, "TerminationByKubelet")
    if turn is not None and "shutdown" not in turn.message:
        text = one_line(turn.message)
        return Eviction(text, turn.at, seen(known, turn.at, f"DisruptionTarget: {text}"))
    told = [each for each in cell.events(known, "Evicted") if each.component.startswith("kubelet")]
    if not told:
        return None
    text = one_line(told[0].message)
    return Eviction(text, told[0].first, Evidence(at=told[0].first, ref=known.ref, says=f"Evicted: {text}"))


def short_of(text: str) -> str:
    """The resource that the node was short of: "memory", "ephemeral-storage", "inodes", "pids"; else ""."""
    found = SHORT_OF.search(text)
    return found["resource"] if found is not None else ""


def biggest_use(text: str) -> Use | None:
    """The container that used most, where the kubelet says it."""
    uses = [
        Use(found["name"], quantity(found["use"]), quantity(found["request"])) for found in USE.finditer(text)
    ]
    return max(uses, key=lambda each: each.used, default=None)


def from_node(known: Known) -> str:
    """Return " from node worker-2", or "" for a pod without a node."""
    node = pod_view(known).spec.nodeName
    return f" from node {node}" if node else ""


def say_use(use: Use | None) -> str:
    """Return "; its container main used 41 GiB, and had asked for none"."""
    if use is None:
        return ""
    asked = say_bytes(use.requested) if use.requested else "none"
    return (
        f"; its container {one_line(use.container, 80)} used {say_bytes(use.used)}, and had asked for {asked}"
    )
