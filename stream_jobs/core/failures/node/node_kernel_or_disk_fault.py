"""node-kernel-or-disk-fault: hardware, kernel, filesystem, kubelet or container runtime of a machine fail."""

import re
from collections.abc import Iterator

from schemas.contracts import Severity
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.signs.nodes import complaints, conditions_false, conditions_true, ill, outside, weight

# node-problem-detector's, also as AKS and NVSentinel ship it: True is bad.
FAULTS = re.compile(
    r"KernelDeadlock|ReadonlyFilesystem|XfsShutdown|CperHardwareErrorFatal|DiskBadBlock|CorruptDockerOverlay2"
    r"|FilesystemCorruption(Problem)?|(Kubelet|ContainerRuntime|Docker|Containerd)(Unhealthy|Problem)"
)
RESTARTS = re.compile(r"Frequent(Kubelet|Containerd|Docker)Restart|FrequentUnregisterNetDevice")
READY = re.compile(r"KernelReady|StorageReady|ContainerRuntimeReady")  # the EKS agent's: False is bad
EVENTS = {
    "KernelOops": "",
    "TaskHung": "",
    "Ext4Error": "",
    "IOError": "",
    "XfsHasShutDown": "",
    "FilesystemIsReadOnly": "",
    "CperHardwareErrorFatal": "",
    "MemoryReadError": "",
}
# what kubelets say of garbage while their runtime comes up
COLLECTING = {"ContainerGCFailed": ""}
STARTING = re.compile(r"unable to find data in memory cache|connection refused|no such file or directory")
WHAT = {
    "ReadonlyFilesystem": "a filesystem that has become read-only",
    "FilesystemIsReadOnly": "a filesystem that has become read-only",
    "KernelDeadlock": "a deadlock in the kernel",
    "TaskHung": "a process that hangs in the kernel",
    "KernelOops": "an error in the kernel",
    "KernelReady": "trouble in the kernel",
    "StorageReady": "trouble with its storage",
    "Ext4Error": "an error of a filesystem",
    "IOError": "disk errors",
    "DiskBadBlock": "bad blocks on a disk",
    "XfsShutdown": "a filesystem that has shut down",
    "ContainerRuntimeReady": "an ill container runtime",
    "ContainerGCFailed": "an ill container runtime",
}


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    shown = [*conditions_true(known, FAULTS), *conditions_false(known, READY)]
    often = list(conditions_true(known, RESTARTS))
    told = list(outside([*shown, *often], complaints(known, cell, EVENTS)))
    told += outside([*shown, *often], complaints(known, cell, COLLECTING, STARTING))
    for each in (*shown, *often, *told):
        full = None if each in shown else _weight(each.name)
        yield ill(known, each, _says(each.name, each.says), weight(known, cell, each, full))


def _weight(reason: str) -> Severity:
    """Heavy load makes tasks hang and runtimes slow, too; the others are faults."""
    return "medium" if reason in ("TaskHung", *COLLECTING) else "high"


def _says(name: str, told: str) -> str:
    what = WHAT.get(name)
    if what is None and "Restart" in name:
        what = "a kubelet or container runtime that restarts again and again"
    return f"has {what or 'a fault'}: {told}"


FAILURE = Failure(
    id="node-kernel-or-disk-fault",
    title="Machine is faulty",
    says="The machine has a fault in its hardware, its kernel, a filesystem, or in the software that runs "
    "containers. Programs on it fail or hang through no fault of theirs.",
    sees="kubectl describe node shows a condition such as ReadonlyFilesystem or KernelDeadlock True, or "
    "KernelReady, StorageReady or ContainerRuntimeReady False; programs fail with input/output errors.",
    confirm=(
        "kubectl describe node NODE: conditions of node-problem-detector are bad when True, those that end "
        "in Ready are bad when False",
        "On the machine: dmesg -T | tail",
    ),
    judges=("Node",),
    severity="critical",
    role="cause",
    lasting=True,
    playbook=(
        "Drain the machine and have it replaced: kubectl drain NODE --ignore-daemonsets",
        "Run what failed on it again, on another machine",
    ),
    leads_to=(
        "node-not-ready",
        "node-unreachable",
        "container-exit-error",
        "container-create-error",
        "pod-sandbox-failed",
        "pod-stuck-container-creating",
        "pod-stuck-terminating",
    ),
    find=find,
)
