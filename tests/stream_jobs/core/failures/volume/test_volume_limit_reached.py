"""volume-limit-reached: the scheduler's clause, and no other."""

import pytest

from tests.support.claims import claim, lab_of, unplaced
from tests.support.lab import node

CLAUSE = "0/4 nodes are available: 4 node(s) exceed max volume count."


def test_the_nodes_hold_all_that_they_can() -> None:
    lab = lab_of(node("worker-1"), claim("Bound"), unplaced(CLAUSE)).quiet(30)
    found = lab.one("volume-limit-reached")
    assert (found.root, found.severity) == (True, "medium")
    assert "The nodes that suit pod train-x (worker-1) have as many disks attached as they can" in found.title
    assert lab.one("pod-unschedulable").cause == found.id


@pytest.mark.parametrize(
    "text", ["1 node(s) had volume node affinity conflict.", "1 Insufficient cpu.", "1 Too many pods."]
)
def test_other_clauses(text: str) -> None:
    lab = lab_of(node("worker-1"), claim("Bound"), unplaced(f"0/1 nodes are available: {text}")).quiet(30)
    assert lab.anomalies("volume-limit-reached") == []
