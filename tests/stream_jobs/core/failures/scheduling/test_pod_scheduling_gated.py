"""pod-scheduling-gated: a queue's gate is a note for an hour, another one is told after a moment."""

import pytest

from tests.support.lab import Lab, Object, condition, job, job_pod, status

MESSAGE = "Scheduling is blocked due to non-empty scheduling gates"
KUEUE, OTHER = "kueue.x-k8s.io/admission", "example.com/wait-for-quota"


def gated(*names: str, said: bool = True) -> Object:
    told = [condition("PodScheduled", "False", "SchedulingGated", MESSAGE, seconds=0)] if said else []
    spec = {"schedulingGates": [{"name": name} for name in names]}
    return job_pod("train-x", job("train"), spec=spec, status=status("Pending", conditions=told))


@pytest.mark.parametrize("said", [True, False])
def test_a_gate_is_named_once_its_owner_had_time(said: bool) -> None:
    lab = Lab().apply(job("train"), gated(OTHER, said=said)).quiet(14)
    assert lab.anomalies() == []
    found = lab.quiet(20).one("pod-scheduling-gated")
    assert found.title.endswith(f"somebody has to lift the gate {OTHER}")
    assert (found.severity, found.root) == ("medium", True)
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "pod-scheduling-gated"


@pytest.mark.parametrize("name", [KUEUE, "kueue.x-k8s.io/topology"])
def test_a_queue_may_hold_it_for_an_hour(name: str) -> None:
    lab = Lab().apply(job("train"), gated(name)).quiet(3500)
    assert (lab.one("pod-scheduling-gated").severity, lab.session("train").verdict) == ("info", None)
    assert lab.quiet(3700).one("pod-scheduling-gated").severity == "medium"


@pytest.mark.parametrize(("second", "severities"), [(10, []), (900, ["info"])])
def test_a_gate_that_was_lifted_is_over(second: int, severities: list[str]) -> None:
    placed = condition("PodScheduled", "True", seconds=second)
    free = job_pod("train-x", job("train"), status=status("Pending", conditions=[placed]))
    lab = Lab().apply(job("train"), gated(OTHER)).apply(free, seconds=second).quiet(2000)
    assert [each.severity for each in lab.anomalies("pod-scheduling-gated")] == severities


def test_a_pod_without_gates() -> None:
    assert Lab().apply(job("train"), gated(said=False)).quiet(60).anomalies("pod-scheduling-gated") == []
