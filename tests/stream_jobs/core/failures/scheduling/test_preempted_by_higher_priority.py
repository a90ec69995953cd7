"""preempted-by-higher-priority: who took the place, and whose it was."""

import pytest

from tests.support.lab import Lab, Object, condition, job, job_pod, pod, status, terminated

TURN = condition(
    "DisruptionTarget", reason="PreemptionByScheduler", message="default-scheduler: preempting to accommodate"
)
BATCH, URGENT = job("batch"), job("urgent")
LOSER = job_pod(
    "batch-x",
    BATCH,
    spec={"nodeName": "gpu-1", "priority": 10},
    status=status("Failed", terminated(143), conditions=[TURN]),
)
WINNER = job_pod(
    "urgent-x",
    URGENT,
    spec={"priority": 1000, "priorityClassName": "urgent"},
    meta={"uid": "315171f9-e6d8-43ad-b773-81552042a17b"},
)


def related(item: Object) -> Object:
    meta = item["metadata"]
    return {"kind": "Pod", "namespace": "ml", "name": meta["name"], "uid": meta["uid"], "apiVersion": "v1"}


@pytest.mark.parametrize(
    ("message", "more"),
    [
        ("Preempted by pod 315171f9-e6d8-43ad-b773-81552042a17b on node gpu-1", {"related": related(WINNER)}),
        ("Preempted by pod 315171f9-e6d8-43ad-b773-81552042a17b on node gpu-1", {}),
        ("Preempted by ml/urgent-x on node gpu-1", {}),
    ],
)
def test_the_preemptors_job_is_the_subject(message: str, more: Object) -> None:
    lab = Lab().apply(BATCH, URGENT, WINNER, LOSER)
    lab.event(LOSER, "Preempted", message, component="default-scheduler", type="Normal", **more)
    found = lab.one("preempted-by-higher-priority")
    assert (found.root, found.severity, found.subject.kind, found.subject.name) == (
        True,
        "high",
        "Job",
        "urgent",
    )
    assert found.title == (
        "Pod batch-x (priority 10) was removed from node gpu-1 to make room for pod urgent-x of Job urgent "
        "in "
        "namespace ml (priority 1000, urgent)"
    )
    assert found.sessions == (lab.session("batch").id,)


def test_it_explains_the_job_that_gave_up() -> None:
    failed = condition("Failed", reason="BackoffLimitExceeded", seconds=90)
    lab = Lab().apply(job("batch", status={"conditions": [failed]}), URGENT, WINNER, LOSER)
    lab.event(LOSER, "Preempted", "Preempted by ml/urgent-x on node gpu-1", component="default-scheduler")
    verdict = lab.session("batch").verdict
    assert verdict is not None
    assert verdict.failure == "preempted-by-higher-priority"


def test_where_nobody_tells_the_preemptor_the_pod_itself_is_the_subject_after_a_moment() -> None:
    lab = Lab().apply(BATCH, LOSER).quiet(100)
    assert lab.anomalies("preempted-by-higher-priority") == []
    assert lab.quiet(130).one("preempted-by-higher-priority").subject.name == "batch-x"


def test_the_kubelets_form_for_critical_pods() -> None:
    item = pod(
        "train",
        status={
            "phase": "Failed",
            "reason": "Preempting",
            "message": "Preempted in order to admit critical pod",
        },
    )
    lab = Lab().apply(item).quiet(100)
    assert (
        lab.one("preempted-by-higher-priority").evidence[0].says.startswith("Preempting: Preempted in order")
    )


@pytest.mark.parametrize(
    "reason", ["TerminationByKubelet", "DeletionByTaintManager", "EvictionByEvictionAPI"]
)
def test_other_disruptions_are_not_preemption(reason: str) -> None:
    turn = condition("DisruptionTarget", reason=reason)
    lab = (
        Lab()
        .apply(BATCH, job_pod("batch-x", BATCH, status=status("Failed", terminated(143), conditions=[turn])))
        .quiet(500)
    )
    assert lab.anomalies("preempted-by-higher-priority") == []
