"""gpu-container-runtime-error: the words of NVIDIA's runtime, wherever the kubelet shows them."""

import pytest

from tests.support.lab import Lab, Object, job, job_pod, status, terminated, waiting

HOOK = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: error running "
    "prestart "
    "hook #0: exit status 1, stderr: nvidia-container-cli: initialization error: nvml error: driver/library "
    "version mismatch: unknown"
)
CDI = "failed to inject CDI devices: unresolvable CDI devices nvidia.com/gpu=all"
NO_RUNTIME = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no "
    "runtime for "
    '"nvidia" is configured'
)


def train(phase: str, *states: Object) -> Object:
    return job_pod("train-x", job("train"), spec={"nodeName": "gpu-1"}, status=status(phase, *states))


@pytest.mark.parametrize(
    "item",
    [
        train("Failed", terminated(128, "StartError", message=HOOK)),
        train("Failed", terminated(128, "ContainerCannotRun", message=HOOK)),
        train("Pending", waiting("RunContainerError", HOOK)),
        train("Pending", waiting("CreateContainerError", CDI)),
        train("Pending", waiting("CreateContainerError", 'could not select device driver "nvidia"')),
        train("Failed", terminated(1, message="Failed to initialize NVML: Driver/library version mismatch")),
    ],
)
def test_the_machine_cannot_start_containers_with_gpus(item: Object) -> None:
    lab = Lab().apply(job("train"), item)
    found = lab.one("gpu-container-runtime-error")
    assert (found.root, found.severity) == (True, "critical")
    assert "Container main of pod train-x could not be started with GPUs on node gpu-1: " in found.title
    assert lab.failures().isdisjoint(
        {"container-start-error", "container-create-error", "container-exit-error"}
    )


def test_the_sandbox_is_not_made() -> None:
    item = train("Pending", waiting("ContainerCreating"))
    lab = Lab().apply(job("train"), item).event(item, "FailedCreatePodSandBox", NO_RUNTIME, seconds=9)
    found = lab.one("gpu-container-runtime-error")
    assert 'no runtime for "nvidia" is configured' in found.title
    assert lab.one("pod-stuck-container-creating").cause == found.id


def test_the_cluster_does_not_know_the_runtime() -> None:
    text = 'Error creating: pods "train-x" is forbidden: pod rejected: RuntimeClass "nvidia" not found'
    lab = Lab().apply(job("train")).event(job("train"), "FailedCreate", text, component="job-controller")
    found = lab.one("gpu-container-runtime-error")
    assert (found.severity, found.subject.name) == ("high", "train")
    assert "Job train asks for container runtime nvidia" in found.title
    assert lab.one("controller-cannot-create-pods").cause == found.id


@pytest.mark.parametrize(
    "item",
    [
        train("Failed", terminated(1, message="CUDA out of memory")),
        train(
            "Failed", terminated(128, "StartError", message='exec: "wge": executable file not found in $PATH')
        ),
        train("Pending", waiting("CreateContainerError", "context deadline exceeded")),
    ],
)
def test_lookalikes(item: Object) -> None:
    assert Lab().apply(job("train"), item).anomalies("gpu-container-runtime-error") == []
