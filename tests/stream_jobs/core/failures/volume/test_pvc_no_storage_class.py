"""pvc-no-storage-class: a Normal event that tells of a failure."""

from tests.support.claims import claim, lab_of, unplaced, volume
from tests.support.lab import Lab, Object, at

TEXT = "no persistent volumes available for this claim and no storage class is set"


def told(item: Object, *others: Object, text: str = TEXT) -> Lab:
    lab = lab_of(unplaced(), item, *others)
    return lab.event(
        item, "FailedBinding", text, seconds=8, type="Normal", component="persistentvolume-controller"
    )


def test_nobody_makes_a_disk_for_it() -> None:
    lab = told(claim())
    found = lab.one("pvc-no-storage-class")
    assert (found.root, found.severity, found.confidence) == (True, "high", 1.0)
    assert found.title == (
        "PersistentVolumeClaim data names no storage class, and the cluster has no default one"
    )
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert [each.failure for each in verdict.path] == [
        "pvc-no-storage-class",
        "pvc-pending",
        "pod-unschedulable",
    ]


def test_an_empty_class_asks_for_a_ready_made_volume() -> None:
    found = told(claim(spec={"storageClassName": ""})).one("pvc-no-storage-class")
    assert "asks for a volume that somebody made before it" in found.title
    assert found.confidence < 1


def test_over_when_bound() -> None:
    found = told(claim()).apply(claim("Bound"), seconds=60).one("pvc-no-storage-class")
    assert (found.until, found.severity) == (at(60), "high")  # its pod has not got its node yet


def test_other_words_and_a_volume_of_the_old_claim() -> None:
    assert told(claim(), text="waiting for a volume").anomalies("pvc-no-storage-class") == []
    old = volume("Released", spec={"claimRef": {"namespace": "ml", "name": "data", "uid": "old"}})
    assert told(claim(), old).anomalies("pvc-no-storage-class") == []
