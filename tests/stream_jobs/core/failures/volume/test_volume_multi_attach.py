"""volume-multi-attach: a note while the disk comes over, then told with the pod and node that hold it."""

import pytest

from tests.support.claims import claim, lab_of, placed
from tests.support.lab import Lab, at, node

EXCLUSIVE = (
    'Multi-Attach error for volume "pv-1" Volume is already exclusively attached to one node and can\'t be '
    "attached to another"
)
USED = 'Multi-Attach error for volume "pv-1" Volume is already used by pod(s) old-0'


def told(text: str = EXCLUSIVE) -> Lab:
    old = placed(started=5, node="worker-2", name="old-0")
    lab = lab_of(
        node("worker-1"), node("worker-2"), claim("Bound", spec={"volumeName": "pv-1"}), old, placed()
    )
    return lab.event(placed(), "FailedAttachVolume", text, seconds=20, component="attachdetach-controller")


@pytest.mark.parametrize("text", [EXCLUSIVE, USED, f"(combined from similar events): {USED}"])
def test_another_node_holds_it(text: str) -> None:
    lab = told(text)
    assert lab.one("volume-multi-attach").severity == "low"  # the disk may be on its way
    found = lab.quiet(141).one("volume-multi-attach")
    assert (found.severity, found.since) == ("high", at(20))
    assert "volume pv-1 (PersistentVolumeClaim data) onto node worker-1" in found.title
    assert "node worker-2 had it for pod old-0" in found.title
    assert lab.one("pod-stuck-container-creating").cause == found.id
    assert lab.anomalies("volume-attach-failed") == []


def test_the_node_that_holds_it_has_no_contact() -> None:
    lab = told().apply(node("worker-2", ready="Unknown"), seconds=21).quiet(200)
    assert lab.one("volume-multi-attach").cause == lab.one("node-unreachable").id


@pytest.mark.parametrize("started", [True, False])
def test_it_came_over(started: bool) -> None:
    lab = told()
    if started:
        lab.apply(placed(started=60), seconds=61)
    else:
        lab.event(placed(), "SuccessfulAttachVolume", "AttachVolume.Attach succeeded", seconds=60)
    assert lab.quiet(120).one("volume-multi-attach").until == at(60)
