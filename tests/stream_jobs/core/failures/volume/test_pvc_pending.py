"""pvc-pending: a pod waits for a claim; a claim that waits for its pod is healthy."""

import pytest

from tests.support.lab import Lab, Object, at, job, job_pod, node, thing
from tests.support.unplaced import asks, bound, lab_with, refused

WORK: Object = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "work"}}]}
UNBOUND = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."


def claim(phase: str = "Pending") -> Object:
    return thing("PersistentVolumeClaim", "work", spec={}, status={"phase": phase})


@pytest.mark.parametrize(
    "message",
    [
        UNBOUND,
        f"{UNBOUND} preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        f"{UNBOUND} not found",
        "pod has unbound immediate PersistentVolumeClaims (repeated 3 times)",
    ],
)
def test_the_schedulers_word_is_enough(message: str) -> None:
    lab = lab_with(refused(message, WORK), node("worker-1"), claim())
    found = lab.one("pvc-pending")
    assert "Pod train-x waits for PersistentVolumeClaim work" in found.title
    assert (found.subject.name, found.severity, found.root) == ("work", "medium", True)
    assert found.sessions == (lab.session("train").id,)
    assert lab.one("pod-unschedulable").cause == found.id


def test_it_ends_when_the_claim_is_bound() -> None:
    lab = lab_with(refused(UNBOUND, WORK), node("worker-1"), claim()).apply(claim("Bound"), seconds=70)
    lab.apply(bound(WORK))
    assert (lab.one("pvc-pending").until, lab.one("pvc-pending").severity) == (at(70), "info")


def test_without_a_word_only_after_five_minutes() -> None:
    lab = Lab().apply(job("train"), claim(), job_pod("train-x", job("train"), spec=WORK))
    assert lab.quiet(290).anomalies("pvc-pending") == []
    assert lab.quiet(305).one("pvc-pending").sessions == (lab.session("train").id,)


def test_without_progress_silence_means_nothing() -> None:
    lab = Lab().apply(job("train"), claim(), job_pod("train-x", job("train"), spec=WORK))
    lab.apply(claim(), seconds=4000)
    assert lab.anomalies() == []


def test_a_claim_that_no_pod_uses_waits_by_design() -> None:
    lab = Lab().apply(claim())
    lab.event(claim(), "WaitForFirstConsumer", "waiting for first consumer to be created before binding")
    assert lab.quiet(5000).anomalies() == []


@pytest.mark.parametrize("reason", ["WaitForFirstConsumer", "WaitForPodScheduled"])
def test_a_claim_that_waits_for_an_unschedulable_pod_is_not_its_cause(reason: str) -> None:
    item = refused("0/1 nodes are available: 1 Insufficient cpu.", WORK | asks(cpu="4"))
    lab = lab_with(item, node("worker-1"), claim()).event(
        claim(), reason, "waiting for pod train-x to be scheduled"
    )
    assert lab.quiet(800).failures() == {"insufficient-cpu-memory", "pod-unschedulable"}
