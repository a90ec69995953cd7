"""pvc-missing: the scheduler names a claim that is not there; the claim is the subject."""

import pytest

from tests.support.lab import Object, at, node, thing
from tests.support.unplaced import bound, lab_with, refused

DATASET: Object = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "dataset"}}]}


def claim(phase: str = "Bound") -> Object:
    return thing("PersistentVolumeClaim", "dataset", spec={}, status={"phase": phase})


@pytest.mark.parametrize(
    "message",
    [
        '0/3 nodes are available: persistentvolumeclaim "dataset" not found. preemption: 0/3 nodes',
        '0/2 nodes are available: persistentvolumeclaim "dataset" not found. not found',
        'persistentvolumeclaim "dataset" not found',
    ],
)
def test_every_wording_names_the_claim_and_explains_the_wait(message: str) -> None:
    lab = lab_with(refused(message, DATASET), node("worker-1"))
    found = lab.one("pvc-missing")
    assert (found.subject.kind, found.subject.name, found.root) == ("PersistentVolumeClaim", "dataset", True)
    assert found.title == (
        "Pod train-x needs PersistentVolumeClaim dataset, which does not exist in namespace ml"
    )
    assert lab.one("pod-unschedulable").cause == found.id
    assert lab.failures() == {"pvc-missing", "pod-unschedulable"}


def test_a_claim_that_was_deleted_is_told_so() -> None:
    lab = lab_with(refused('persistentvolumeclaim "dataset" not found', DATASET), node("worker-1"), claim())
    lab.delete(claim(), seconds=3)
    assert "it was deleted at 2026-11-24 12:00:03 UTC" in lab.one("pvc-missing").title


def test_it_ends_when_the_pod_gets_its_node() -> None:
    lab = lab_with(refused('persistentvolumeclaim "dataset" not found', DATASET), node("worker-1"))
    lab.apply(claim(), bound(DATASET))
    assert (lab.one("pvc-missing").until, lab.one("pvc-missing").severity) == (at(90), "info")


def test_of_a_pod_that_a_queue_holds_back_only_absence_tells() -> None:
    held = refused("", DATASET | {"schedulingGates": [{"name": "kueue.x-k8s.io/admission"}]})
    held["status"]["conditions"][0] |= {"reason": "SchedulingGated"}
    lab = lab_with(held, node("worker-1"))
    assert lab.anomalies("pvc-missing") == []
    assert "pvc-missing" in lab.quiet(70).failures()
    lab.apply(claim("Pending"))
    assert lab.anomalies("pvc-missing") == []


def test_what_is_not_collected_is_not_missing() -> None:
    lab = lab_with(refused("0/1 nodes are available: 1 Too many pods.", DATASET), node("worker-1"))
    del lab.cell.covered["PersistentVolumeClaim"]
    assert lab.quiet(500, ("Pod", "Event", "Node", "Job.batch")).anomalies("pvc-missing") == []
