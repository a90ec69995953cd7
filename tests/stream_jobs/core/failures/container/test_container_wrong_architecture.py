"""container-wrong-architecture: exec format error, wherever it is said; no match for the platform at pull."""

import pytest

from tests.support.lab import Lab, Object, job, job_pod, node, status, terminated, waiting

SPEC: Object = {
    "nodeName": "arm-1",
    "containers": [{"name": "main", "image": "train:1"}],
    "restartPolicy": "Never",
}
ARM = node("arm-1", labels={"kubernetes.io/arch": "arm64"})
OCI = 'runc create failed: unable to start container process: exec: "/app/run": exec format error: unknown'


def train(phase: str, state: Object) -> Lab:
    item = job_pod("train-x", job("train"), spec=SPEC, status=status(phase, state))
    return Lab().apply(job("train"), ARM, item)


@pytest.mark.parametrize(
    "state",
    [
        terminated(1, message="exec /usr/local/bin/python: exec format error"),
        terminated(255, message="exec /usr/local/bin/python: exec format error\n"),
        terminated(128, "StartError", message=f"failed to create containerd task: {OCI}"),
        terminated(126, message="/bin/sh: ./train: cannot execute binary file: exec format error"),
    ],
)
def test_the_program_is_for_another_processor(state: Object) -> None:
    lab = train("Failed", state)
    found = lab.one("container-wrong-architecture")
    assert (found.root, found.severity) == (True, "high")
    assert found.title == (
        "Image train:1 of container main in pod train-x does not fit the processor on node arm-1 (arm64)"
    )
    assert lab.one("pod-failed").cause == found.id
    assert lab.failures().isdisjoint({"container-exit-error", "container-start-error"})


@pytest.mark.parametrize(
    "state",
    [
        waiting("RunContainerError", f"failed to create containerd task: {OCI}"),
        waiting(
            "ErrImagePull",
            'failed to pull and unpack image "train:1": no match for platform in manifest: not found',
        ),
        waiting("ErrImagePull", "no matching manifest for linux/arm64/v8 in the manifest list entries"),
    ],
)
def test_it_never_started(state: Object) -> None:
    lab = train("Pending", state)
    assert lab.one("container-wrong-architecture").root
    assert lab.anomalies("image-not-found") == []


@pytest.mark.parametrize(
    "state",
    [
        terminated(128, "StartError", message='exec: "/app/train.sh": permission denied: unknown'),
        terminated(1, message="ValueError: bad format"),
        waiting("ErrImagePull", "manifest unknown"),
    ],
)
def test_lookalikes(state: Object) -> None:
    assert train("Pending", state).anomalies("container-wrong-architecture") == []
