"""pvc-provisioning-failed: the storage system's own answer, unless the class is what is missing."""

import pytest

from tests.support.claims import claim, lab_of, unplaced
from tests.support.lab import Lab, at

QUOTA = (
    'failed to provision volume with StorageClass "fast-ssd": rpc error: code = ResourceExhausted desc = '
    "quota SSD_TOTAL_GB exceeded"
)
BUSY = (
    'failed to provision volume with StorageClass "fast-ssd": rpc error: code = Aborted desc = An operation '
    "with the given Volume already exists"
)


def told(*texts: str) -> Lab:
    item = claim(spec={"storageClassName": "fast-ssd"})
    lab = lab_of(unplaced(), item)
    for seconds, text in enumerate(texts, start=8):
        lab.event(item, "ProvisioningFailed", text, seconds=seconds, component="ebs.csi.aws.com_controller")
    return lab


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        (QUOTA, "quota SSD_TOTAL_GB exceeded"),
        ('failed to provision volume with StorageClass "nfs": no space in zone', "no space in zone"),
        (
            'failed to provision volume with StorageClass "x": error generating accessibility requirements: '
            "no topology key found on CSINode n1",
            "no topology key found on CSINode n1",
        ),
        (
            "no volume plugin matched name: kubernetes.io/foo",
            "no volume plugin matched name: kubernetes.io/foo",
        ),
    ],
)
def test_it_names_the_answer(text: str, inner: str) -> None:
    lab = told(text)
    found = lab.one("pvc-provisioning-failed")
    assert (found.root, found.severity, found.since) == (True, "high", at(8))
    assert "PersistentVolumeClaim data of storage class fast-ssd could not be made" in found.title
    assert found.title.endswith(inner)
    assert lab.one("pvc-pending").cause == found.id


def test_a_try_that_still_runs_does_not_hide_the_reason() -> None:
    assert told(QUOTA, BUSY).one("pvc-provisioning-failed").title.endswith("quota SSD_TOTAL_GB exceeded")


def test_it_worked_later() -> None:
    lab = told(QUOTA).apply(claim("Bound"), seconds=90)
    assert lab.one("pvc-provisioning-failed").until == at(90)


def test_a_missing_class_is_another_failure() -> None:
    lab = told('storageclass.storage.k8s.io "fast-ssd" not found')
    assert lab.anomalies("pvc-provisioning-failed") == []
    assert lab.one("pvc-storageclass-missing").root
