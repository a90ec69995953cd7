"""device-claim-not-ready: no device to allocate, a claim not made, or a driver that does not get it ready."""

import pytest

from tests.support.lab import Lab, job, node, running, status, waiting
from tests.support.machines import at_work, machine
from tests.support.unplaced import TAIL, bound, lab_with, refused


@pytest.mark.parametrize(
    "clause",
    [
        "request gpu: device class gpu.nvidia.com does not exist",
        "1 cannot allocate all claims",
        'pod "train-x": resourceclaim "gpu" not created yet',
        "resourceclaim train-x-gpu is being deleted",
        'waiting for dynamic resource controller to create the resourceclaim "train-x-gpu"',
    ],
)
@pytest.mark.parametrize("head", ["0/1 nodes are available: ", ""])
def test_while_it_has_no_node(clause: str, head: str) -> None:
    lab = lab_with(refused(f"{head}{clause}. {TAIL}"), node("worker-1"))
    found = lab.one("device-claim-not-ready")
    assert found.title.startswith("Pod train-x gets no device that it claims: ")
    assert (lab.one("pod-unschedulable").cause, found.severity) == (found.id, "high")
    assert lab.apply(bound()).one("device-claim-not-ready").severity == "info"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("FailedPrepareDynamicResources", "could not be made ready on its node"),
        ("ResourceClaimCreationFailed", "could not be made"),
        ("FailedResourceClaimCreation", "could not be made"),
    ],
)
def test_what_events_tell(reason: str, words: str) -> None:
    pod = at_work(state=status("Pending", waiting("ContainerCreating")))
    message = "NodePrepareResources: rpc error: code = DeadlineExceeded desc = context deadline exceeded"
    lab = Lab().apply(machine(), job("train"), pod).event(pod, reason, message)
    assert words in lab.one("device-claim-not-ready").title
    started = at_work(state=status("Running", running(seconds=30)))
    assert lab.apply(started, seconds=31).failures() == set()


def test_other_reasons() -> None:
    lab = lab_with(refused(f"0/1 nodes are available: 1 Insufficient cpu. {TAIL}"), node("worker-1"))
    assert lab.anomalies("device-claim-not-ready") == []
