"""node-gpu-unhealthy: conditions of both polarities and Xid messages; a program's own errors hardly count."""

import pytest

from tests.support.lab import Lab, Object, condition, job, running, status, terminated
from tests.support.machines import at_work, machine, told


@pytest.mark.parametrize(
    "bad",
    [
        condition("AcceleratedHardwareReady", "False", "NvidiaXID79Error", "GPU has fallen off the bus"),
        condition("AcceleratedHardwareReady", "False", "DCGMError", "DCGM found an error"),
        condition("XIDErrors", "True", "XidError", "NVRM: Xid (PCI:0000:3b:00): 79, pid=1234"),
        condition("GPUMissing", "True", "GPUMissing", "7 of 8 GPUs"),
        condition("NVLinkStatusInactive", "True"),
        condition("IBLinkFlapping", "True"),
        condition("UnhealthyNvidiaDevicePlugin", "True"),
        condition("GpuXidError", "True"),
        condition("GpuMemoryError", "True"),
        condition("GpuThermalWatch", "True"),
        condition("SysLogsXIDError", "True"),
    ],
)
def test_every_condition(bad: Object) -> None:
    found = Lab().apply(machine(bad)).one("node-gpu-unhealthy")
    assert found.title.startswith("Node gpu-7 has a faulty GPU")
    assert (found.severity, found.confidence) == ("critical", 1.0)


def test_the_number_of_the_fault_is_told_and_programs_die_of_it() -> None:
    bad = condition("AcceleratedHardwareReady", "False", "NvidiaXID79Error", "fell off the bus", seconds=50)
    died = at_work(state=status("Failed", terminated(134, "Error", seconds=60)))
    lab = Lab().apply(machine(bad), job("train"), died)
    found = lab.one("node-gpu-unhealthy")
    assert "(Xid 79)" in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "node-gpu-unhealthy"


@pytest.mark.parametrize(("number", "severity", "confidence"), [(79, "low", 1.0), (31, "low", 0.4)])
def test_an_event_with_an_xid(number: int, severity: str, confidence: float) -> None:
    message = f"NVRM: Xid (PCI:0000:3b:00): {number}, pid=1234, name=python"
    found = told(machine(), [("XIDError", message)], component="kernel-monitor").one("node-gpu-unhealthy")
    assert (found.severity, found.confidence) == (severity, confidence)


@pytest.mark.parametrize(
    "well",
    [
        condition("AcceleratedHardwareReady", "True", "NvidiaAcceleratedHardwareIsReady"),
        condition("AcceleratedHardwareReady", "Unknown"),
        condition("XIDErrors", "False"),
        condition("GpuThermalWatch", "False", "GpuThermalWatchIsHealthy", "No Health Failures"),
        condition("Ready", "False", "KubeletNotReady", "PLEG is not healthy"),
    ],
)
def test_what_is_no_fault(well: Object) -> None:
    assert Lab().apply(machine(well)).anomalies("node-gpu-unhealthy") == []


@pytest.mark.parametrize(
    ("resource", "health", "found"),
    [
        ("nvidia.com/gpu", "Unhealthy", 1),
        ("nvidia.com/gpu", "Healthy", 0),
        ("example.com/nic", "Unhealthy", 0),
    ],
)
def test_a_device_that_a_container_was_given(resource: str, health: str, found: int) -> None:
    given = [{"name": resource, "resources": [{"resourceID": "GPU-1f", "health": health}]}]
    pod = at_work(state=status("Running", running(allocatedResourcesStatus=given)))
    told = Lab().apply(machine(), job("train"), pod).anomalies("node-gpu-unhealthy")
    assert [each.subject.name for each in told] == ["gpu-7"] * found
