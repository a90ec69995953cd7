"""node-gpu-unhealthy: a graphics processor of the machine is faulty."""

import re
from collections.abc import Iterator

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen, statuses
from stream_jobs.core.quantities import is_gpu
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.nodes import (
    Trouble,
    complaints,
    conditions_false,
    conditions_true,
    ill,
    outside,
    weight,
)

# Of node-problem-detector on AKS, and of NVSentinel: True is bad.
FAULTS = re.compile(
    r"XIDErrors?|GPUMissing|NVLinkStatusInactive|IBLinkFlapping|UnhealthyNvidia\w+|Gpu(Xid|Memory|Mem)\w*"
    r"|Gpu\w+Watch|SysLogs(SXID|XID)Error|SysLogsGPUFallenOff|(GPU|Gpu)(Unhealthy|Problem)"
)
READY = re.compile("AcceleratedHardwareReady")  # the EKS agent's: False is bad
XID = re.compile(r"(?i)xid[^:]*\(PCI:[^)]*\): (\d+)|xid[ _:=-]*(\d+)")
# What a program brings about itself: the device plugin keeps the GPU in service after these, too.
# https://github.com/NVIDIA/k8s-device-plugin, the errors that its health check skips
OF_PROGRAMS = frozenset({13, 31, 43, 45, 68, 109})
REASONS = ("XIDError", "XIDErrors", "GPUXid", "NvidiaXid", "Xid", "NVRMXid", "KernelOops")
EVENTS = dict.fromkeys(REASONS, r"NVRM: Xid|(?i:\bxid\b.*\d)")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key == "Pod":
        yield from _given(known, cell)
        return
    shown = [*conditions_true(known, FAULTS), *conditions_false(known, READY)]
    for each in (*shown, *outside(shown, complaints(known, cell, EVENTS))):
        number = xid(each)
        program = number in OF_PROGRAMS
        what = f" (Xid {number})" if number is not None else ""
        says = (
            f"reports a GPU error that programs mostly cause themselves{what}: {each.says}"
            if program
            else f"has a faulty GPU{what}: {each.says}"
        )
        finding = ill(known, each, says, "low" if program else weight(known, cell, each))
        yield finding if not program else _unsure(finding)


def _given(known: Known, cell: Cell) -> Iterator[Finding]:
    """A device that a container was given, and of which the kubelet says that it is ill; not since when."""
    node = cell.node(known)
    ill_ones = [
        (status.name, resource.name, device.resourceID)
        for _, status in statuses(known)
        for resource in status.allocatedResourcesStatus or ()
        for device in resource.resources or ()
        if device.health == "Unhealthy" and is_gpu(resource.name)
    ]
    if not ill_ones:
        return
    container, resource, device = ill_ones[0]
    device = one_line(device, 80)
    yield Finding(
        says=f"GPU {device} of node {pod_view(known).spec.nodeName or '?'}, which container {container} "
        f"of pod {known.name} has, is faulty",
        since=None,
        occurrence=f"device {device}",
        subject=node.ref if node is not None else None,
        evidence=(seen(known, None, f"{resource} {device} of container {container} is Unhealthy"),),
    )


def xid(each: Trouble) -> int | None:
    """The number of NVIDIA's error, as its reason or message tells it: "NvidiaXID79Error"."""
    found = XID.search(f"{each.reason} {each.says}")
    return int(found[1] or found[2]) if found else None


def _unsure(finding: Finding) -> Finding:
    return msgspec.structs.replace(finding, confidence=0.4)


FAILURE = Failure(
    id="node-gpu-unhealthy",
    title="Faulty GPU",
    says="A GPU of the machine, or the link between its GPUs, has a hardware fault: programs on it crash or "
    "hang, whatever they do.",
    sees="kubectl describe node shows AcceleratedHardwareReady False, or a condition about GPUs or Xid "
    "errors that is True; training ends with CUDA or NCCL errors.",
    confirm=(
        "kubectl describe node NODE: the condition's reason names the Xid or the DCGM check",
        "On the machine: dmesg -T | grep Xid, and nvidia-smi -q shows the GPU's errors; 48, 63, 64, 74, 79, "
        "94, 95 and 119 are of the hardware, 13, 31, 43 and 45 mostly of the program",
    ),
    judges=("Node", "Pod"),
    severity="critical",
    role="cause",
    lasting=True,
    playbook=(
        "Drain the machine and reset the GPU or restart the machine; have it replaced when the fault returns",
        "Run the training again on another node: if it fails there, too, the fault is in the program",
    ),
    leads_to=(
        "node-gpu-capacity-dropped",
        "gpu-allocation-rejected",
        "container-native-crash",
        "distributed-worker-lost",
        "container-exit-error",
    ),
    find=find,
)
