"""container-create-error: the runtime's words; over when the container is there."""

import pytest

from tests.support.lab import Lab, Object, job, job_pod, running, status, waiting

RESERVED = 'failed to reserve container name "main_x-0": name "main_x-0" is reserved for "ab12"'
ABOUT = {"kind": "Pod", "uid": "uid-pod-train-x", "name": "train-x", "fieldPath": "spec.containers{main}"}


def train(phase: str, state: Object) -> Object:
    return job_pod("train-x", job("train"), spec={"nodeName": "worker-1"}, status=status(phase, state))


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("CreateContainerError", RESERVED),
        ("CreateContainerError", "context deadline exceeded"),
        ("CreateContainerError", "no command specified"),
        ("CreateContainerError", "mkdir /data/x: read-only file system"),
        ("PreCreateHookError", "hook failed"),
    ],
)
def test_the_runtime_did_not_make_it(reason: str, text: str) -> None:
    lab = Lab().apply(job("train"), train("Pending", waiting(reason, text)))
    found = lab.one("container-create-error")
    assert (found.root, found.severity) == (True, "high")
    assert f"Container main of pod train-x could not be made on node worker-1: {text}" in found.title
    lab.apply(train("Running", running(seconds=90)), seconds=91)
    assert lab.one("container-create-error").severity == "info"


def test_the_event_alone() -> None:
    lab = Lab().apply(job("train"), train("Pending", waiting("ContainerCreating")))
    lab.event(train("Pending", waiting("x")), "Failed", f"Error: {RESERVED}", involvedObject=ABOUT)
    assert lab.one("container-create-error").state == "open"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("CreateContainerConfigError", 'configmap "params" not found'),
        ("CreateContainerError", "failed to inject CDI devices: unresolvable CDI devices nvidia.com/gpu=all"),
        ("RunContainerError", "permission denied"),
        ("ContainerCreating", ""),
    ],
)
def test_lookalikes(reason: str, text: str) -> None:
    lab = Lab().apply(job("train"), train("Pending", waiting(reason, text)))
    assert lab.anomalies("container-create-error") == []
