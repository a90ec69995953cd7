"""volume-permission-change-slow: the kubelet says so; over when the pod starts."""

import pytest

from tests.support.claims import claim, lab_of, placed
from tests.support.lab import at


@pytest.mark.parametrize(
    "text",
    [
        "Setting volume ownership for 12ab/volumes/d/mount is taking longer than expected, consider using "
        "OnRootMismatch - https://kubernetes.io/docs/",
        "Setting volume ownership for 12ab/volumes/d/mount, processed 1200000 files.",
    ],
)
def test_every_file_gets_its_owner(text: str) -> None:
    lab = lab_of(claim("Bound"), placed())
    lab.event(placed(), "VolumePermissionChangeInProgress", text, seconds=40).quiet(400)
    found = lab.one("volume-permission-change-slow")
    assert (found.root, found.severity, found.since) == (True, "medium", at(40))
    assert "every file of PersistentVolumeClaim data" in found.title
    assert lab.one("pod-stuck-container-creating").cause == found.id
    lab.apply(placed(started=3000), seconds=3001)
    assert lab.one("volume-permission-change-slow").until == at(3000)
    assert "volume-permission-change-slow" not in lab.failures()


def test_without_the_event() -> None:
    assert lab_of(claim("Bound"), placed()).quiet(900).anomalies("volume-permission-change-slow") == []
