"""untolerated-taint: the nodes that suit the pod are closed to it; where a node is ill, it leads there."""

import pytest

from tests.support.lab import at, condition, node, stamp
from tests.support.unplaced import TAIL, asks, bound, gpu_node, lab_with, refused

NOT_READY = {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}
WORDINGS = [
    "0/1 nodes are available: 1 node(s) had taint {nvidia.com/gpu: present}, that the pod didn't tolerate.",
    "0/1 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}. preemption: 0/1 "
    "nodes",
    f"0/1 nodes are available: 1 node(s) had untolerated taint(s). {TAIL}",
]


@pytest.mark.parametrize("message", WORDINGS)
def test_every_wording_names_node_and_taint(message: str) -> None:
    found = lab_with(refused(message, asks(gpu="1")), gpu_node("gpu-1")).one("untolerated-taint")
    assert found.title == (
        "Pod train-x is kept off gpu-1, marked nvidia.com/gpu=present: the pod carries no toleration for it"
    )
    assert (found.root, found.severity) == (True, "high")


@pytest.mark.parametrize("message", WORDINGS[:2])
def test_without_nodes_the_message_names_the_taint(message: str) -> None:
    assert "marked nvidia.com/gpu=present" in lab_with(refused(message)).one("untolerated-taint").title


def test_an_ill_node_is_not_the_pods_fault_and_the_cause_is_looked_for_there() -> None:
    """Also where the other nodes are closed for good reasons."""
    item = refused(WORDINGS[2])
    old = {"creationTimestamp": stamp(-3600)}
    ill = node("worker-2", ready="False", spec={"taints": [NOT_READY]}, meta=old)
    lab = lab_with(item, ill, gpu_node("gpu-1"))
    assert "something is wrong with the node" in lab.one("untolerated-taint").title
    assert all(each.about == ("Node//worker-2",) for each in lab.cell.findings[item["metadata"]["uid"]])
    assert lab.one("untolerated-taint").cause == lab.one("node-not-ready").id
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "node-not-ready"


def test_a_node_under_pressure_is_why_its_taint_is_there() -> None:
    taint = {"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule"}
    full = condition("DiskPressure", "True", "KubeletHasDiskPressure", seconds=0)
    item = node("worker-2", spec={"taints": [taint]}, status={"conditions": [full]})
    lab = lab_with(refused(WORDINGS[2]), item)
    assert lab.one("untolerated-taint").cause == lab.one("node-disk-pressure").id


def test_a_taint_that_is_gone_is_still_told_once_the_pod_has_its_node() -> None:
    item = refused(WORDINGS[2])
    lab = lab_with(item, node("worker-2", spec={"taints": [NOT_READY]}))
    lab.apply(node("worker-2"), seconds=80).apply(bound(to="worker-2"))
    found = lab.one("untolerated-taint")
    assert "was kept off worker-2, marked node.kubernetes.io/not-ready" in found.title
    assert (found.until, found.severity) == (at(90), "info")


@pytest.mark.parametrize(
    "toleration",
    [
        {"operator": "Exists"},
        {"key": "nvidia.com/gpu", "operator": "Exists"},
        {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},
    ],
)
def test_a_tolerated_taint_is_not_to_blame(toleration: dict[str, str]) -> None:
    message = "0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint(s)."
    other = node("worker-2", spec={"taints": [{"key": "team", "value": "b", "effect": "PreferNoSchedule"}]})
    lab = lab_with(refused(message, asks(gpu="1") | {"tolerations": [toleration]}), gpu_node("gpu-1"), other)
    assert lab.failures() == {"insufficient-gpu", "pod-unschedulable"}
