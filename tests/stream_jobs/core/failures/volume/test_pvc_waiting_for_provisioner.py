"""pvc-waiting-for-provisioner: told after its time, sooner where no such driver is registered."""

import pytest

from tests.support.claims import claim, lab_of, unplaced
from tests.support.lab import CORE, Lab, at, thing

WAITS = (
    "Waiting for a volume to be created either by the external provisioner 'efs.csi.aws.com' or manually by "
    "the "
    "system administrator. If volume creation is delayed, please verify that the provisioner is running and "
    "correctly registered."
)
OLD = (
    'waiting for a volume to be created, either by external provisioner "rancher.io/local-path" or manually '
    "created by system administrator"
)
DRIVER = thing("CSIDriver", "efs.csi.aws.com", api="storage.k8s.io/v1", namespace="")


def told(text: str = WAITS) -> Lab:
    lab = lab_of(unplaced(), claim())
    return lab.event(claim(), "ExternalProvisioning", text, seconds=8, type="Normal")


@pytest.mark.parametrize(("text", "driver"), [(WAITS, "efs.csi.aws.com"), (OLD, "rancher.io/local-path")])
def test_nobody_begins(text: str, driver: str) -> None:
    lab = told(text)
    assert lab.quiet(300).anomalies("pvc-waiting-for-provisioner") == []
    found = lab.quiet(309).one("pvc-waiting-for-provisioner")
    assert (found.root, found.severity, found.since) == (True, "high", at(8))
    assert f"waits for provisioner {driver} to make its disk, and it does not answer" in found.title
    assert lab.one("pvc-pending").cause == found.id


def test_no_such_driver_is_registered() -> None:
    kinds = (*CORE, "CSIDriver.storage.k8s.io")
    found = told().quiet(19, kinds).one("pvc-waiting-for-provisioner")
    assert "no CSI driver of that name is registered" in found.title
    lab = told().apply(DRIVER).quiet(60, kinds)
    assert lab.anomalies("pvc-waiting-for-provisioner") == []


@pytest.mark.parametrize("reason", ["Provisioning", "ProvisioningFailed", "ProvisioningSucceeded"])
def test_a_provisioner_that_answers_is_there(reason: str) -> None:
    lab = told().event(claim(), reason, "about data", seconds=12, component="efs.csi.aws.com_0")
    assert lab.quiet(900).anomalies("pvc-waiting-for-provisioner") == []


def test_it_came_late() -> None:
    lab = told().quiet(400).apply(claim("Bound"), seconds=420)
    assert lab.one("pvc-waiting-for-provisioner").until == at(420)
    lab = told().apply(claim("Bound"), seconds=60)
    assert lab.quiet(900).anomalies("pvc-waiting-for-provisioner") == []
