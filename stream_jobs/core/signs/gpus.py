"""What a node offers of accelerators, against what it has: by its status, its labels, its past."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.kubernetes import Pod
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true
from stream_jobs.core.quantities import quantity
from stream_jobs.core.signs.disruption import ran_on
from stream_jobs.core.signs.node_marks import node_view

NVIDIA = "nvidia.com/gpu"
COUNT, PRESENT, REPLICAS = f"{NVIDIA}.count", f"{NVIDIA}.present", f"{NVIDIA}.replicas"
MIG_STATE, MIG_CONFIG = "nvidia.com/mig.config.state", "nvidia.com/mig.config"
DEVICE_CONFIG = "nvidia.com/device-plugin.config"
SLICES = "ResourceSlice.resource.k8s.io"  # with them, GPUs are claimed and not counted
BEFORE = "what it offered before"
DRIVER_STATE = "nvidia.com/gpu-driver-upgrade-state"
AT_WORK = ("pending", "rebooting")  # GPUs come and go while they are cut anew
# DaemonSets that announce GPUs, and what they wait for.
PLUGINS = re.compile(
    r"device-plugin|gpu-operator|nvidia-(driver|container-toolkit|operator-validator)|amdgpu-dp"
)


class Shortage(msgspec.Struct, frozen=True):
    """The node offers fewer pieces of a resource than it has, since a time (ours) or, unknown, None."""

    resource: str
    offered: float
    has: float
    since: datetime
    until: datetime | None
    why: str  # how it is known what the node has


def shortages(known: Known, cell: Cell) -> list[Shortage]:
    """Each time in which the node offered less than it has, oldest first, by resource."""
    if is_cut_anew(known):
        return []
    names = [each.resource for each in known.history.offers]
    names += [] if names or cell.kinds.get(SLICES) else [*_expected(known)]
    return [each for resource in dict.fromkeys(names) for each in _short(known, resource)]


def _expected(known: Known) -> list[str]:
    """What its labels say that the node should offer, though it never did."""
    return [NVIDIA] if labelled_count(known) or known.labels.get(PRESENT) == "true" else []


def _short(known: Known, resource: str) -> Iterator[Shortage]:
    has, why = _has(known, resource)
    offers = [each for each in known.history.offers if each.resource == resource]
    steps = [(each.seen, each.amount) for each in offers] or [(known.first_seen, 0.0)]
    for (since, amount), following in zip(steps, [*steps[1:], None], strict=False):
        most = max([has, *(each.amount for each in offers if each.seen <= since and not _is_reset(known))])
        until = following[0] if following is not None else known.deleted
        if amount < most:
            yield Shortage(resource, amount, most, since, until, why if most == has else BEFORE)


def _has(known: Known, resource: str) -> tuple[float, str]:
    """What the node has now: its capacity counts, or its label where nothing else tells."""
    capacity = quantity((node_view(known).status.capacity or {}).get(resource))
    label = labelled_count(known) if resource == NVIDIA else 0.0
    if resource == NVIDIA and not capacity and not label and known.labels.get(PRESENT) == "true":
        return 1.0, f"label {PRESENT}"
    return (capacity, "capacity") if capacity >= label else (label, f"label {COUNT}")


def _is_reset(known: Known) -> bool:
    """Whether somebody changed how the GPUs are shared, so that what was before says nothing."""
    return any(
        edit.path.removeprefix("metadata.labels.") in (REPLICAS, COUNT, MIG_CONFIG, DEVICE_CONFIG)
        for edit in known.edits
    )


def labelled_count(known: Known) -> float:
    """How many GPUs the labels of GPU feature discovery tell of: shared ones as often as they are shared."""
    replicas = quantity(known.labels.get(REPLICAS)) or 1
    return quantity(known.labels.get(COUNT)) * replicas


def is_cut_anew(known: Known) -> bool:
    """Whether the GPUs are cut into slices, which have names of their own, or are about to be."""
    offered = node_view(known).status.allocatable or {}
    sliced = any("/mig-" in key and quantity(amount) for key, amount in offered.items())
    return sliced or known.labels.get(MIG_STATE) in AT_WORK


def plugins(cell: Cell, node: Known) -> list[Known]:
    """The pods on the node that announce its GPUs, and those they wait for; of the newest of each owner."""
    newest: dict[str, Known] = {}
    for pod in ran_on(cell, node):
        owner = next((each.uid for each in pod.view.metadata.ownerReferences or ()), pod.uid)
        if PLUGINS.search(pod.name) and pod.exists:
            newest[owner] = pod
    return list(newest.values())


def unready(pods: list[Known]) -> list[Known]:
    """Those that are not ready; what has ended well was a check."""
    return [
        each
        for each in pods
        if not is_true(each, "Ready") and isinstance(each.view, Pod) and each.view.status.phase != "Succeeded"
    ]
