"""request-exceeds-largest-node: also an empty node would be too small."""

from tests.support.lab import Lab, job, node
from tests.support.unplaced import GPU_TAINT, TAIL, asks, gpu_node, lab_with, refused

TOLERANT = {"tolerations": [{"key": "nvidia.com/gpu", "operator": "Exists"}]}
MESSAGE = f"0/1 nodes are available: 1 Insufficient nvidia.com/gpu. {TAIL}"


def test_it_compares_with_the_largest_node_and_explains_the_shortage() -> None:
    lab = lab_with(refused(MESSAGE, asks(gpu="5") | TOLERANT), gpu_node("gpu-1", 4), gpu_node("gpu-2", 2))
    found = lab.one("request-exceeds-largest-node")
    assert found.root
    assert "5 GPUs (nvidia.com/gpu) while the largest node it may use, gpu-1, has 4 GPUs" in found.title
    assert lab.one("insufficient-gpu").cause == found.id
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "request-exceeds-largest-node"


def test_containers_are_summed_and_the_largest_init_container_counts() -> None:
    part = {"name": "a", "resources": {"requests": {"cpu": "5"}}}
    message = "0/1 nodes are available: 1 Insufficient cpu."
    both = lab_with(refused(message, {"containers": [part, part | {"name": "b"}]}), node("worker-1"))
    assert "10 CPUs" in both.one("request-exceeds-largest-node").title
    first = lab_with(
        refused(message, {"containers": [part], "initContainers": [part | {"name": "i"}]}), node("worker-1")
    )
    assert first.anomalies("request-exceeds-largest-node") == []


def test_full_right_now_is_another_thing() -> None:
    lab = lab_with(refused(MESSAGE, asks(gpu="4") | TOLERANT), gpu_node("gpu-1", 4))
    assert lab.failures() == {"insufficient-gpu", "pod-unschedulable"}


def test_a_taint_on_top_does_not_hide_it() -> None:
    item = refused("0/1 nodes are available: 1 node(s) had untolerated taint(s).", asks(gpu="5"))
    lab = lab_with(item, gpu_node("gpu-1", 4, spec={"taints": [GPU_TAINT]}))
    assert lab.failures() == {"request-exceeds-largest-node", "pod-unschedulable"}


def test_unless_all_nodes_are_known_nothing_is_larger_than_any() -> None:
    lab = Lab().apply(job("train"), gpu_node("gpu-1", 4), refused(MESSAGE, asks(gpu="5") | TOLERANT))
    assert lab.anomalies("request-exceeds-largest-node") == []
