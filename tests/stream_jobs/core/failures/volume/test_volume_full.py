"""volume-full: what a program said before it ended, where it wrote to a claim; resizes that failed."""

import pytest

from tests.support.claims import MOUNTS, claim, lab_of
from tests.support.lab import Lab, Object, at, job, job_pod, status, terminated

MAIN = {
    "name": "main",
    "volumeMounts": [{"name": "d", "mountPath": "/data"}, {"name": "tmp", "mountPath": "/tmp"}],
}
FULL = "OSError: [Errno 28] No space left on device: '/data/analytics_batch_000042.json'"


def ended(message: str, main: Object = MAIN) -> Lab:
    spec = {"volumes": [*MOUNTS["volumes"], {"name": "tmp"}], "containers": [main], "restartPolicy": "Never"}
    state = status("Failed", terminated(1, message=message))
    return lab_of(claim("Bound"), job_pod("train-x", job("train"), spec=spec, status=state))


@pytest.mark.parametrize(
    ("message", "confidence"),
    [
        (FULL, 1.0),
        ("write /data/out: no space left on device", 1.0),
        ("RuntimeError: PytorchStreamWriter failed (ENOSPC)", 0.7),
        ("cp: error writing: Disk quota exceeded", 0.7),
    ],
)
def test_a_program_found_no_space_on_the_claim(message: str, confidence: float) -> None:
    lab = ended(message)
    found = lab.one("volume-full")
    assert (found.subject.kind, found.subject.name, found.confidence) == (
        "PersistentVolumeClaim",
        "data",
        confidence,
    )
    assert "container main of pod train-x found no space left to write" in found.title
    assert lab.one("container-exit-error").cause == found.id
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "volume-full"


READER = {"name": "main", "volumeMounts": [{"name": "d", "mountPath": "/data", "readOnly": True}]}


@pytest.mark.parametrize(
    ("message", "main"),
    [
        ("No space left on device: '/tmp/cache'", MAIN),  # the pod's scratch space
        ("ENOSPC", READER),
        ("No space left on device", {"name": "main"}),
        ("ValueError: bad batch", MAIN),
    ],
)
def test_other_disks_and_other_errors(message: str, main: Object) -> None:
    assert ended(message, main).anomalies("volume-full") == []


@pytest.mark.parametrize("reason", ["VolumeResizeFailed", "ExternalExpandingFailed"])
def test_a_claim_that_could_not_be_enlarged(reason: str) -> None:
    text = 'resize volume "pvc-1" by resizer "ebs.csi.aws.com" failed: wait at least 6 hours'
    lab = lab_of(claim("Bound")).event(claim("Bound"), reason, text, seconds=9)
    found = lab.one("volume-full")
    assert (found.since, found.state) == (at(9), "open")
    assert "PersistentVolumeClaim data could not be made larger" in found.title
    lab.event(claim("Bound"), "VolumeResizeSuccessful", "done", seconds=90)
    assert (lab.one("volume-full").until, lab.one("volume-full").severity) == (at(90), "info")


@pytest.mark.parametrize("word", ["ControllerResizeInfeasible", "NodeResizeInfeasible"])
def test_the_state_of_a_resize(word: str) -> None:
    state = {"allocatedResourceStatuses": {"storage": word}}
    assert (
        f"could not be made larger ({word})" in lab_of(claim("Bound", status=state)).one("volume-full").title
    )
    state = {"allocatedResourceStatuses": {"storage": "NodeResizeInProgress"}}
    assert lab_of(claim("Bound", status=state)).anomalies("volume-full") == []
