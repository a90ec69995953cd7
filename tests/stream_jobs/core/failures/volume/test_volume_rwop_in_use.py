"""volume-rwop-in-use: the claim is the subject, the pod that holds it is named."""

from tests.support.claims import claim, lab_of, placed, unplaced
from tests.support.lab import Lab, node

TEXT = (
    "0/3 nodes are available: 3 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod "
    "access mode "
    "already in-use by another pod. preemption: 0/3 nodes are available: 3 No preemption victims found."
)
SPEC = {"accessModes": ["ReadWriteOncePod"]}


def waits(text: str = TEXT) -> Lab:
    holder = placed(started=5, name="reader-0")
    return lab_of(node("worker-1"), claim("Bound", spec=SPEC), holder, unplaced(text)).quiet(30)


def test_it_names_claim_and_holder() -> None:
    lab = waits()
    found = lab.one("volume-rwop-in-use")
    assert (found.subject.name, found.severity, found.root) == ("data", "medium", True)
    assert found.title == (
        "Pod train-x waits for PersistentVolumeClaim data, which one pod at a time may use: pod reader-0 "
        "uses it"
    )
    assert lab.one("pod-unschedulable").cause == found.id


def test_it_ends_when_the_pod_gets_its_node() -> None:
    lab = waits().apply(placed(started=90), seconds=91)
    assert lab.one("volume-rwop-in-use").until is not None
    assert "volume-rwop-in-use" not in lab.failures()


def test_other_clauses() -> None:
    assert waits("0/3 nodes are available: 3 Insufficient cpu.").anomalies("volume-rwop-in-use") == []
