"""pv-released-not-reusable: the volume is the subject, for the claim that waits and for a failed delete."""

import pytest

from tests.support.claims import claim, lab_of, unplaced, volume
from tests.support.lab import Lab, Object, at, thing

OLD = {
    "claimRef": {"namespace": "ml", "name": "data", "uid": "old"},
    "persistentVolumeReclaimPolicy": "Retain",
}
ATTACHED = "rpc error: code = Internal desc = disk-1 volume is still attached to node worker-1"


def waiting_claim(released: Object) -> Lab:
    return lab_of(released, claim(), unplaced())


def test_the_new_claim_does_not_get_it() -> None:
    lab = waiting_claim(volume("Released", spec=OLD))
    found = lab.one("pv-released-not-reusable")
    assert (found.subject.kind, found.subject.name, found.root) == ("PersistentVolume", "pv-1", True)
    assert found.severity == "medium"
    assert "PersistentVolume pv-1 holds what the deleted claim data of namespace ml had" in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert [each.failure for each in verdict.path] == [
        "pv-released-not-reusable",
        "pvc-pending",
        "pod-unschedulable",
    ]


def test_over_when_the_claim_gets_a_volume() -> None:
    lab = waiting_claim(volume("Released", spec=OLD)).apply(claim("Bound"), seconds=90)
    assert lab.one("pv-released-not-reusable").until == at(90)


@pytest.mark.parametrize(
    "released",
    [
        volume("Released", spec={"claimRef": {"namespace": "ml", "name": "other", "uid": "old"}}),
        volume("Released", spec={"claimRef": {"namespace": "dev", "name": "data", "uid": "old"}}),
        volume("Available", spec={"claimRef": {"namespace": "ml", "name": "data"}}),
        volume("Bound", spec={"claimRef": {"namespace": "ml", "name": "data", "uid": "old"}}),
    ],
)
def test_volumes_of_others(released: Object) -> None:
    assert waiting_claim(released).anomalies("pv-released-not-reusable") == []


def test_without_a_waiting_claim_it_is_housekeeping() -> None:
    assert Lab().apply(volume("Released", spec=OLD)).quiet(900).anomalies() == []


def test_the_disk_cannot_be_deleted() -> None:
    item = thing("PersistentVolume", "pv-1", spec=OLD, status={"phase": "Failed", "message": ATTACHED})
    lab = Lab().apply(item, seconds=10)
    lab.event(item, "VolumeFailedDelete", ATTACHED, seconds=11, component="pd.csi.storage.gke.io")
    assert lab.quiet(300).anomalies("pv-released-not-reusable") == []  # it is detached first
    found = lab.quiet(311).one("pv-released-not-reusable")
    assert (found.severity, found.state) == ("low", "open")
    assert "could not be deleted: rpc error" in found.title
    lab.delete(item, seconds=400)
    assert lab.one("pv-released-not-reusable").until == at(400)
