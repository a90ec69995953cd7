"""pod-affinity-conflict: neighbours, spread and ports, in every wording."""

import pytest

from tests.support.lab import node
from tests.support.unplaced import TAIL, bound, lab_with, refused


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("1 node(s) didn't match pod anti-affinity rules", "it refuses to share a node"),
        ("1 node(s) didn't match pod affinity/anti-affinity", "it refuses to share a node"),
        ("1 node(s) didn't match pod affinity rules", "it wants to be beside pods that no node has"),
        ("1 node(s) didn't satisfy existing pods anti-affinity rules", "that are there already refuse"),
        ("1 node(s) didn't match pod topology spread constraints", "spread evenly"),
        (
            "1 node(s) didn't match pod topology spread constraints (missing required label)",
            "by a label that the nodes lack",
        ),
        ("1 node(s) didn't have free ports for the requested pod ports", "wants a port of the node"),
    ],
)
@pytest.mark.parametrize("tail", ["", f" {TAIL}", " preemption: 0/1 nodes are available: 1 No victims."])
def test_every_wording(clause: str, words: str, tail: str) -> None:
    lab = lab_with(refused(f"0/1 nodes are available: {clause}.{tail}"), node("worker-1"))
    found = lab.one("pod-affinity-conflict")
    assert words in found.title
    assert (found.root, found.severity) == (True, "medium")
    assert lab.one("pod-unschedulable").cause == found.id


@pytest.mark.parametrize(
    "message",
    [
        "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
        "0/1 nodes are available: 1 node(s) had volume node affinity conflict.",
        "0/1 nodes are available: 1 Insufficient cpu.",
    ],
)
def test_what_is_not_about_neighbours(message: str) -> None:
    assert lab_with(refused(message), node("worker-1")).anomalies("pod-affinity-conflict") == []


def test_once_it_has_its_node_it_is_over() -> None:
    lab = lab_with(refused("0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules."))
    assert lab.apply(bound()).one("pod-affinity-conflict").severity == "info"
