"""pvc-lost: the phase or the event; what waits for it is told of it."""

import pytest

from tests.support.claims import claim, lab_of, unplaced, volume
from tests.support.lab import Lab, at

SPEC = {"volumeName": "pv-1"}
GONE = '0/4 nodes are available: persistentvolumeclaim "data" bound to non-existent persistentvolume "pv-1".'


def lost() -> Lab:
    return (
        lab_of(volume(), claim("Bound", spec=SPEC))
        .delete(volume(), seconds=20)
        .apply(claim("Lost", spec=SPEC), seconds=21)
    )


def test_the_volume_is_gone() -> None:
    lab = lost().apply(unplaced(GONE))
    found = lab.one("pvc-lost")
    assert (found.root, found.severity, found.since) == (True, "critical", at(21))
    assert found.title == (
        "PersistentVolumeClaim data lost its volume pv-1, which was deleted at 2026-11-24 12:00:20 UTC: its "
        "data is probably gone"
    )
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "pvc-lost"


@pytest.mark.parametrize("reason", ["ClaimLost", "ClaimMisbound"])
def test_the_event_alone(reason: str) -> None:
    lab = lab_of(claim("Bound", spec=SPEC))
    lab.event(
        claim(), reason, "Bound claim has lost its PersistentVolume. Data on the volume is lost!", seconds=9
    )
    assert lab.one("pvc-lost").since == at(9)


def test_it_was_made_again() -> None:
    lab = lost().apply(claim("Bound", spec=SPEC), seconds=300)
    assert (lab.one("pvc-lost").until, lab.one("pvc-lost").severity) == (at(300), "info")


@pytest.mark.parametrize("phase", ["Bound", "Pending"])
def test_other_phases(phase: str) -> None:
    assert lab_of(claim(phase)).quiet(60).anomalies("pvc-lost") == []
