"""gpu-allocation-rejected: a node that offers a GPU it does not have."""

import pytest

from tests.support.lab import Lab, Object, job, job_pod, pod, status

SPEC: Object = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}


def refused(message: str) -> Object:
    return status("Failed", reason="UnexpectedAdmissionError", message=message)


@pytest.mark.parametrize(
    "message",
    [
        "Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy "
        "devices nvidia.com/gpu, which is unexpected",
        "Pod was rejected: Allocate failed due to requested number of devices unavailable for "
        "nvidia.com/gpu. Requested: 1, Available: 0, which is unexpected",
        "Allocate failed due to device plugin GetPreferredAllocation rpc failed with err: rpc error: code = "
        "Unknown desc = error getting device: nvml: Unknown Error, which is unexpected",
        "Pod was rejected: Allocate failed due to rpc error: code = Unknown desc = nvml: GPU is lost",
    ],
)
def test_all_wordings(message: str) -> None:
    lab = Lab().apply(job("train"), job_pod("train-x", job("train"), spec=SPEC, status=refused(message)))
    found = lab.one("gpu-allocation-rejected")
    assert found.title.startswith("Node gpu-7 could not give pod train-x the GPU that it offers: ")
    assert (found.severity, found.playbook[0]) == ("critical", "kubectl cordon gpu-7")
    assert lab.one("pod-failed").cause == found.id


@pytest.mark.parametrize(
    "message",
    [
        "Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy "
        "devices rdma/hca_shared, which is unexpected",
        "Pod was rejected: Allocate failed due to can't allocate unregistered device nvidia.com/gpu",
        "Node didn't have enough resource: nvidia.com/gpu, requested: 1, used: 1, capacity: 1",
    ],
)
def test_other_refusals(message: str) -> None:
    lab = Lab().apply(pod("a", spec=SPEC, status=refused(message)))
    assert lab.anomalies("gpu-allocation-rejected") == []
    assert lab.one("pod-rejected-by-node")
