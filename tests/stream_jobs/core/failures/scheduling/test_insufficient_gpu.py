"""insufficient-gpu: the pod could run on the node, were its GPUs free."""

import pytest

from tests.support.lab import at, node, stamp
from tests.support.unplaced import GPU, TAIL, asks, bound, gpu_node, lab_with, refused

TOLERANT = {"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}], "nodeSelector": {"pool": "gpu"}}
SELECTOR = "1 node(s) didn't match Pod's node affinity/selector"
MESSAGE = f"0/2 nodes are available: 1 Insufficient nvidia.com/gpu, {SELECTOR}. {TAIL}"


def test_it_names_what_is_asked_and_what_the_nodes_have() -> None:
    lab = lab_with(refused(MESSAGE, asks(gpu="2") | TOLERANT), gpu_node("gpu-1"), node("worker-1"))
    found = lab.one("insufficient-gpu")
    assert (found.root, found.severity, found.subject.name) == (True, "high", "train-x")
    assert "2 GPUs (nvidia.com/gpu): gpu-1 has 4 in all" in found.title
    assert lab.failures() == {"insufficient-gpu", "pod-unschedulable"}
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "insufficient-gpu"


@pytest.mark.parametrize(
    "resource",
    [
        "amd.com/gpu",
        "nvidia.com/mig-1g.5gb",
        "google.com/tpu",
        "aws.amazon.com/neuroncore",
        "habana.ai/gaudi",
    ],
)
def test_every_accelerator_counts_also_where_nodes_are_not_collected(resource: str) -> None:
    lab = lab_with(refused(f"0/1 nodes are available: 1 Insufficient {resource}."))
    assert lab.failures() == {"insufficient-gpu", "pod-unschedulable"}


@pytest.mark.parametrize("gpus", [0, 4])
def test_where_no_node_offers_any_waiting_for_one_may_help(gpus: int) -> None:
    lab = lab_with(
        refused("0/1 nodes are available: 1 Insufficient nvidia.com/gpu.", asks(gpu="4")),
        gpu_node("g", gpus, spec={}),
    )
    assert lab.failures() == {"insufficient-gpu", "pod-unschedulable"}
    assert ("no node offers any" in lab.one("insufficient-gpu").title) == (gpus == 0)


def test_it_ends_with_the_node() -> None:
    lab = lab_with(refused(MESSAGE, asks(gpu="2") | TOLERANT), gpu_node("gpu-1"), node("worker-1"))
    lab.apply(bound(asks(gpu="2") | TOLERANT, to="gpu-1"))
    assert (lab.one("insufficient-gpu").until, lab.one("insufficient-gpu").severity) == (at(90), "info")


def test_nodes_without_gpus_say_it_too_and_are_not_to_blame() -> None:
    message = (
        f"0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint(s). {TAIL}"
    )
    lab = lab_with(refused(message, asks(gpu="1")), gpu_node("gpu-1"), node("worker-1"))
    assert lab.anomalies("insufficient-gpu") == []
    assert lab.one("untolerated-taint").root


@pytest.mark.parametrize(("has", "blamed"), [("4", True), ("1", False)])
def test_a_node_whose_gpus_are_gone_is_the_cause_where_they_would_do(has: str, blamed: bool) -> None:
    room = {"cpu": "16", "memory": "64Gi", GPU: "0"}
    old = {"creationTimestamp": stamp(-86_400)}
    down = node("gpu-2", status={"allocatable": room, "capacity": room | {GPU: has}}, meta=old)
    item = refused(f"0/2 nodes are available: 2 Insufficient {GPU}.", asks(gpu="2"))
    lab = lab_with(item, gpu_node("gpu-1", spec={}), down).quiet(70)
    cause = lab.one("insufficient-gpu").cause
    assert (cause == lab.one("gpu-device-plugin-down").id) is blamed
