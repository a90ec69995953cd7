"""volume-zone-conflict: the claim is the subject, with where its disk can be used; in every wording."""

import pytest

from tests.support.claims import MOUNTS, claim, lab_of, unplaced, volume
from tests.support.lab import Lab, Object, at, condition, job, job_pod, node, status

ZONE = "topology.kubernetes.io/zone"
TERM = {"matchExpressions": [{"key": ZONE, "operator": "In", "values": ["eu-c"]}]}
PLACE = {"nodeAffinity": {"required": {"nodeSelectorTerms": [TERM]}}}
TAIL = " no new claims to deallocate, preemption: 0/2 nodes are available: 2 Preemption is not helpful."
HEAD = "0/2 nodes are available: 2 node(s) "
NEW = f"{HEAD}didn't match PersistentVolume's node affinity.{TAIL}"


def conflict(message: str = NEW, *others: Object) -> Lab:
    nodes = (node("worker-1", labels={ZONE: "eu-a"}), node("worker-2", labels={ZONE: "eu-b"}))
    bound = claim("Bound", spec={"volumeName": "pv-1"})
    return lab_of(*nodes, volume(spec=PLACE), bound, *others, unplaced(message)).quiet(30)


@pytest.mark.parametrize(
    "message",
    [
        NEW,
        f"{HEAD}had volume node affinity conflict.",
        f"{HEAD}had no available volume zone.",
        f"{HEAD}didn't match PersistentVolume's node affinity",
    ],
)
def test_disk_and_nodes_are_apart(message: str) -> None:
    lab = conflict(message)
    found = lab.one("volume-zone-conflict")
    assert (found.subject.kind, found.subject.name) == ("PersistentVolumeClaim", "data")
    assert (found.root, found.severity) == (True, "high")
    assert "data can only be used on nodes with topology.kubernetes.io/zone in (eu-c)" in found.title
    assert "worker-1 and worker-2 cannot reach it" in found.title
    assert lab.one("pod-unschedulable").cause == found.id
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "volume-zone-conflict"


def test_volumes_that_are_not_bound_yet() -> None:
    lab = lab_of(
        node("worker-1"),
        claim(),
        unplaced("0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind."),
    )
    assert "No node that suits pod train-x can use a disk for PersistentVolumeClaim data" in (
        lab.quiet(30).one("volume-zone-conflict").title
    )


def test_several_clauses_without_the_nodes() -> None:
    text = (
        "0/6 nodes are available: 2 Insufficient nvidia.com/gpu, 4 node(s) had volume node affinity conflict."
    )
    assert lab_of(claim("Bound"), unplaced(text)).quiet(90).one("volume-zone-conflict").root


def test_over_when_the_pod_gets_a_node() -> None:
    lab = conflict()
    placed = condition("PodScheduled", "True", seconds=90)
    spec = MOUNTS | {"nodeName": "worker-3"}
    lab.apply(job_pod("train-x", job("train"), spec=spec, status=status("Pending", conditions=[placed])))
    assert (lab.one("volume-zone-conflict").until, lab.one("volume-zone-conflict").severity) == (
        at(90),
        "info",
    )


@pytest.mark.parametrize(
    "message",
    [
        f"{HEAD}exceed max volume count.",
        f"{HEAD}didn't match Pod's node affinity/selector.",
        "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
    ],
)
def test_other_clauses(message: str) -> None:
    assert conflict(message).anomalies("volume-zone-conflict") == []
