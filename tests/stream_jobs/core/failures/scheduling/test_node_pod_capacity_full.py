"""node-pod-capacity-full: the node is the subject where it is the only one that would suit."""

import pytest

from tests.support.lab import node
from tests.support.unplaced import TAIL, bound, lab_with, refused

MESSAGE = "0/1 nodes are available: 1 Too many pods."


def room(name: str) -> dict[str, object]:
    return node(name, status={"allocatable": {"cpu": "8", "memory": "32Gi", "pods": "17"}})


@pytest.mark.parametrize("message", [MESSAGE, f"{MESSAGE} {TAIL}"])
def test_the_node_is_named_with_its_number_of_pods(message: str) -> None:
    lab = lab_with(refused(message), room("worker-1"))
    found = lab.one("node-pod-capacity-full")
    assert found.title == "Node worker-1 (17 pods) runs as many pods as it may: no place for pod train-x"
    assert (found.subject.kind, found.subject.name, found.root) == ("Node", "worker-1", True)
    assert lab.one("pod-unschedulable").cause == found.id


def test_of_several_nodes_the_pod_is_the_subject() -> None:
    found = lab_with(refused("0/2 nodes are available: 2 Too many pods."), room("a"), room("b"))
    one = found.one("node-pod-capacity-full")
    assert one.subject.kind == "Pod"
    assert one.title.startswith("Each of 2 nodes, such as a (17 pods) and b (17 pods), runs as many")


def test_without_nodes_and_once_it_is_over() -> None:
    lab = lab_with(refused(MESSAGE))
    assert lab.one("node-pod-capacity-full").title.startswith("Every node that would suit runs as many")
    assert lab.apply(bound()).one("node-pod-capacity-full").severity == "info"


def test_other_reasons() -> None:
    lab = lab_with(refused("0/1 nodes are available: 1 Insufficient cpu."), room("worker-1"))
    assert lab.anomalies("node-pod-capacity-full") == []
