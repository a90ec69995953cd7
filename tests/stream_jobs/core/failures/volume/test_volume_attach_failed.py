"""volume-attach-failed: the storage system's answer; a disk that another node holds is another failure."""

import pytest

from tests.support.claims import claim, lab_of, placed
from tests.support.lab import Lab, at

EXTERNAL = (
    'AttachVolume.Attach failed for volume "pv-1" : timed out waiting for external-attacher of '
    "ebs.csi.aws.com CSI driver to attach volume vol-04c81a7d7f33cd986"
)


def told(text: str) -> Lab:
    lab = lab_of(claim("Bound", spec={"volumeName": "pv-1"}), placed())
    return lab.event(placed(), "FailedAttachVolume", text, seconds=20, component="attachdetach-controller")


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        (EXTERNAL, "timed out waiting for external-attacher of ebs.csi.aws.com CSI driver"),
        (
            'AttachVolume.Attach failed for volume "pv-1" : rpc error: code = Internal desc = x\ny',
            "desc = x y",
        ),
        (
            'AttachVolume.Attach failed for volume "pv-1" : Volume "vol-1" not found',
            'Volume "vol-1" not found',
        ),
        ("AttachVolume.FindAttachablePluginBySpec failed: no plugin", "no plugin"),
    ],
)
def test_it_names_the_answer(text: str, inner: str) -> None:
    lab = told(text)
    found = lab.one("volume-attach-failed")
    assert (found.root, found.severity, found.since) == (True, "high", at(20))
    assert "could not be attached to node worker-1 for pod train-x" in found.title
    assert inner in found.title
    assert lab.one("pod-stuck-container-creating").cause == found.id


def test_it_worked_later() -> None:
    lab = told(EXTERNAL).apply(placed(started=60), seconds=61)
    assert (lab.one("volume-attach-failed").until, lab.one("volume-attach-failed").severity) == (
        at(60),
        "info",
    )


def test_a_disk_that_another_node_holds() -> None:
    lab = told('Multi-Attach error for volume "pv-1" Volume is already exclusively attached to one node')
    assert lab.anomalies("volume-attach-failed") == []
