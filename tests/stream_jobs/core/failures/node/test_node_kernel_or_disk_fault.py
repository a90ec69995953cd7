"""node-kernel-or-disk-fault: NPD's conditions are bad when True, EKS' …Ready when False; events, too."""

import pytest

from tests.support.lab import Lab, at, condition, job, status, terminated
from tests.support.machines import at_work, machine, told

BAD_WHEN_TRUE = [
    "KernelDeadlock",
    "ReadonlyFilesystem",
    "XfsShutdown",
    "CperHardwareErrorFatal",
    "DiskBadBlock",
    "CorruptDockerOverlay2",
    "FilesystemCorruptionProblem",
    "KubeletUnhealthy",
    "ContainerRuntimeUnhealthy",
    "KubeletProblem",
    "ContainerRuntimeProblem",
    "FrequentKubeletRestart",
    "FrequentContainerdRestart",
]
BAD_WHEN_FALSE = ["KernelReady", "StorageReady", "ContainerRuntimeReady"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [*((kind, "True") for kind in BAD_WHEN_TRUE), *((kind, "False") for kind in BAD_WHEN_FALSE)],
)
def test_both_polarities(kind: str, value: str) -> None:
    found = Lab().apply(machine(condition(kind, value, "Why", "what the log said"))).quiet(90)
    one = found.one("node-kernel-or-disk-fault")
    assert f"{kind} is {value}: Why: what the log said" in one.title
    assert one.severity == ("high" if "Frequent" in kind else "critical")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((kind, value) for kind in BAD_WHEN_TRUE for value in ("False", "Unknown")),
        *((kind, value) for kind in BAD_WHEN_FALSE for value in ("True", "Unknown")),
        ("Ready", "True"),
        ("SomeoneElsesCondition", "True"),
    ],
)
def test_neither_well_nor_unknown_is_a_fault(kind: str, value: str) -> None:
    assert Lab().apply(machine(condition(kind, value))).anomalies("node-kernel-or-disk-fault") == []


@pytest.mark.parametrize(
    ("reason", "message", "severity"),
    [
        ("KernelOops", "BUG: unable to handle kernel NULL pointer dereference", "high"),
        ("Ext4Error", "EXT4-fs error (device sda1): ext4_find_entry", "high"),
        ("IOError", "Buffer I/O error on device sda", "high"),
        ("TaskHung", "task umount.aufs:21568 blocked for more than 120 seconds.", "medium"),
        ("ContainerGCFailed", "rpc error: code = DeadlineExceeded", "medium"),
    ],
)
def test_events(reason: str, message: str, severity: str) -> None:
    lab = told(machine(), [(reason, message)], component="kernel-monitor")
    found = lab.one("node-kernel-or-disk-fault")
    assert (found.severity, found.since) == ("low", at(60))  # it is over, and nobody was harmed
    died = at_work(state=status("Failed", terminated(1, seconds=70)))
    assert lab.apply(job("train"), died).one("node-kernel-or-disk-fault").severity == severity


def test_it_is_why_a_node_is_not_ready_and_stays_told_once_mended() -> None:
    bad = condition("ReadonlyFilesystem", "True", "FilesystemIsReadOnly", "Remounting filesystem read-only")
    ill = condition("Ready", "False", "KubeletNotReady", "disk", seconds=80)
    lab = Lab().apply(machine(), machine(bad, ill))
    found = lab.one("node-kernel-or-disk-fault")
    assert lab.one("node-not-ready").cause == found.id
    well = machine(condition("ReadonlyFilesystem", "False", seconds=300))
    mended = lab.apply(well).one("node-kernel-or-disk-fault")
    assert (mended.until, mended.severity) == (at(300), "low")
