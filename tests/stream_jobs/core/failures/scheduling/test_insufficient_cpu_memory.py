"""insufficient-cpu-memory: the nodes are large enough and have too little left."""

import pytest

from tests.support.lab import node
from tests.support.unplaced import asks, gpu_node, lab_with, refused


@pytest.mark.parametrize(
    ("resource", "amount", "words"),
    [
        ("cpu", "4", "4 CPUs"),
        ("memory", "8Gi", "8 GiB memory"),
        ("ephemeral-storage", "2Gi", "2 GiB ephemeral-storage"),
    ],
)
def test_it_names_what_is_reserved_and_where(resource: str, amount: str, words: str) -> None:
    room = {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "100Gi"}
    item = refused(f"0/1 nodes are available: 1 Insufficient {resource}.", asks(**{resource: amount}))
    lab = lab_with(item, node("worker-1", status={"allocatable": room}))
    found = lab.one("insufficient-cpu-memory")
    assert found.title.startswith(f"Pod train-x reserves {words}, which no node of worker-1 is able to spare")
    assert (found.root, found.severity) == (True, "medium")


def test_gpu_nodes_closed_by_their_taint_are_not_to_blame() -> None:
    taint = "1 node(s) had untolerated taint {nvidia.com/gpu: present}"
    message = f"0/2 nodes are available: {taint}, 1 Insufficient cpu."
    lab = lab_with(refused(message, asks(cpu="4")), node("worker-1"), gpu_node("gpu-1"))
    assert lab.failures() == {"insufficient-cpu-memory", "pod-unschedulable"}


def test_other_resources_have_no_row_of_their_own() -> None:
    lab = lab_with(refused("0/1 nodes are available: 1 Insufficient rdma/hca."), node("worker-1"))
    assert lab.failures() == {"pod-unschedulable"}


def test_where_nodes_are_not_collected_the_late_clause_counts_after_a_minute() -> None:
    taint = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }"
    message = f"0/3 nodes are available: {taint}, 2 Insufficient cpu."
    lab = lab_with(refused(message))
    del lab.cell.covered["Node"]
    kinds = ("Pod", "Event", "Job.batch")
    assert lab.quiet(90, kinds).failures() == {"insufficient-cpu-memory", "pod-unschedulable"}
