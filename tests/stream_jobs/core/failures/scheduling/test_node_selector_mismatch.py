"""node-selector-mismatch: no node has the labels, whatever else is said."""

import pytest

from tests.support.lab import Object, node
from tests.support.unplaced import GPU_TAINT, TAIL, gpu_node, lab_with, refused

WORDINGS = [
    "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    "0/2 nodes are available: 2 node(s) didn't match node selector.",
    "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had "
    f"untolerated taint(s). {TAIL}",
]


def affinity(operator: str, *values: str) -> Object:
    term = {"matchExpressions": [{"key": "accelerator", "operator": operator, "values": list(values)}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    return {"affinity": {"nodeAffinity": required}}


@pytest.mark.parametrize("message", WORDINGS)
def test_it_names_the_label_and_the_values_that_there_are(message: str) -> None:
    item = refused(message, {"nodeSelector": {"accelerator": "a100"}})
    lab = lab_with(item, node("worker-1", labels={"accelerator": "t4"}), gpu_node("gpu-1"))
    found = lab.one("node-selector-mismatch")
    assert found.title == (
        "Pod train-x insists on nodes with accelerator=a100, and no node has that (accelerator is t4)"
    )
    assert found.root
    assert lab.failures() == {"node-selector-mismatch", "pod-unschedulable"}


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        (affinity("In", "a100", "h100"), False),
        (affinity("In", "t4"), True),
        (affinity("Exists"), True),
        (affinity("DoesNotExist"), False),
        (affinity("NotIn", "t4"), False),
        (affinity("Gt", "5"), False),
    ],
)
def test_required_affinity_is_read_as_the_scheduler_does(rule: Object, matches: bool) -> None:
    """The scheduler looks at taints first: of a closed node it does not say whether the labels match."""
    closed = node("worker-1", labels={"accelerator": "t4"}, spec={"taints": [GPU_TAINT]})
    lab = lab_with(refused("0/1 nodes are available: 1 node(s) had untolerated taint(s).", rule), closed)
    expected = "untolerated-taint" if matches else "node-selector-mismatch"
    assert lab.failures() == {expected, "pod-unschedulable"}


def test_other_nodes_that_do_not_match_are_beside_the_point() -> None:
    selector = "1 node(s) didn't match Pod's node affinity/selector"
    message = f"0/2 nodes are available: 1 Insufficient nvidia.com/gpu, {selector}."
    item = refused(message, {"nodeSelector": {"pool": "gpu"}})
    lab = lab_with(item, node("worker-1"), gpu_node("gpu-1", spec={}))
    assert lab.failures() == {"insufficient-gpu", "pod-unschedulable"}


def test_a_label_taken_away_later_explains_nothing_that_was_before() -> None:
    item = refused("0/1 nodes are available: 1 Insufficient cpu.", {"nodeSelector": {"pool": "a"}})
    lab = lab_with(item, node("worker-1", labels={"pool": "a"}))
    lab.apply(node("worker-1", labels={"pool": "b"}), seconds=60)
    assert lab.failures() == {"insufficient-cpu-memory", "pod-unschedulable"}


@pytest.mark.parametrize("clause", ["scheduler-enforced node affinity", "the requested node name"])
def test_other_forms_of_insisting_on_a_node(clause: str) -> None:
    lab = lab_with(refused(f"0/2 nodes are available: 2 node(s) didn't match {clause}."))
    assert lab.failures() == {"node-selector-mismatch", "pod-unschedulable"}
