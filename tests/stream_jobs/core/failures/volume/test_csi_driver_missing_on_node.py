"""csi-driver-missing-on-node: the node is the subject; a note while it is new."""

import pytest

from tests.support.claims import claim, lab_of, placed, unplaced
from tests.support.lab import Lab, at, node

MOUNT = (
    'MountVolume.MountDevice failed for volume "pvc-1" : kubernetes.io/csi: attacher.MountDevice failed to '
    "create newCsiDriverClient: driver name fsx.csi.aws.com not found in the list of registered CSI drivers"
)


def told(text: str = MOUNT) -> Lab:
    lab = lab_of(node("worker-1"), claim("Bound"), placed())
    return lab.event(placed(), "FailedMount", text, seconds=20)


def test_the_node_lacks_the_driver() -> None:
    lab = told()
    assert lab.one("csi-driver-missing-on-node").severity == "low"
    found = lab.quiet(141).one("csi-driver-missing-on-node")
    assert (found.subject.kind, found.subject.name, found.root) == ("Node", "worker-1", True)
    assert (found.severity, found.since) == ("high", at(20))
    assert "CSI driver fsx.csi.aws.com does not run on node worker-1" in found.title
    assert lab.one("pod-stuck-container-creating").cause == found.id
    assert lab.anomalies("volume-mount-failed") == []


@pytest.mark.parametrize("words", ["did not have CSI driver", "did not have the CSI driver efs.csi.aws.com"])
def test_the_schedulers_word(words: str) -> None:
    lab = lab_of(node("worker-1"), claim("Bound"), unplaced(f"0/1 nodes are available: 1 node(s) {words}."))
    found = lab.quiet(30).one("csi-driver-missing-on-node")
    assert "(worker-1) lack the CSI driver of its disk" in found.title
    assert lab.one("pod-unschedulable").cause == found.id


def test_it_registered() -> None:
    lab = told().apply(placed(started=60), seconds=61)
    found = lab.one("csi-driver-missing-on-node")
    assert (found.until, found.severity) == (at(60), "info")


def test_other_mount_failures() -> None:
    lab = told('MountVolume.SetUp failed for volume "d" : mount failed: exit status 32')
    assert lab.anomalies("csi-driver-missing-on-node") == []
