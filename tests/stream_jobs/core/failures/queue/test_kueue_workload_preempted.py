"""kueue-workload-preempted: who came is the subject, and what happened to the pods follows from it."""

import pytest

from tests.support.lab import Lab, Object, condition, job_pod, running, status
from tests.support.queues import admitted, evicted, local_queue, no_quota, queued_job, reserved, workload

ID = "kueue-workload-preempted"
WINNER = queued_job("prod", suspended=False)
BY = "(UID: uid-workload-job-prod-06251, JobUID: uid-job-prod)"
PREEMPTED = (
    f"Preempted to accommodate a workload {BY} due to reclamation within the cohort; preemptor path: /a"
)


def preempted(*conditions: Object, with_winner: bool = True) -> Lab:
    pod = job_pod(
        "train-x",
        queued_job(),
        annotations={"kueue.x-k8s.io/workload": "job-train-06251"},
        status=status("Running", running()),
    )
    lab = Lab().apply(queued_job(suspended=False), workload(reserved(2), admitted(2)), pod, local_queue())
    if with_winner:
        lab.apply(WINNER, workload(reserved(101), admitted(101), owner=WINNER, spec={"priority": 1000}))
    lab.apply(workload(no_quota("…", "PendingEvaluation", 101), *conditions), queued_job())
    return lab.delete(pod, seconds=103).quiet(200)


@pytest.mark.parametrize(
    "conditions",
    [
        (evicted("Preempted", PREEMPTED), condition("Preempted", "True", "InCohortReclamation", PREEMPTED)),
        (evicted("Preempted", PREEMPTED),),
        (condition("Evicted", "False", "QuotaReserved", f"Previously: {PREEMPTED}", 140),),
    ],
)
def test_another_run_took_the_place(conditions: tuple[Object, ...]) -> None:
    lab = preempted(*conditions)
    found = lab.one(ID)
    assert (found.severity, found.subject.kind, found.subject.name) == ("high", "Job", "prod")
    assert "Job train (priority 100) lost its place in queue main" in found.title
    assert "to Job prod of namespace ml (priority 1000), due to reclamation within the cohort" in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == ID
    assert lab.session("prod").verdict is None  # it did it, and is well
    assert lab.anomalies("pod-deleted-by-user") == []


def test_the_other_run_was_not_seen() -> None:
    found = preempted(evicted("Preempted", PREEMPTED), with_winner=False).one(ID)
    assert found.subject.kind == "Workload"
    assert "a run with more right to the quota" in found.title


def test_back_again() -> None:
    lab = preempted(evicted("Preempted", PREEMPTED))
    again = condition("Evicted", "False", "QuotaReserved", f"Previously: {PREEMPTED}", 150)
    lab.apply(workload(reserved(150), admitted(150), again))
    assert lab.one(ID).state == "closed"
    assert lab.session("train").attempt == 2


@pytest.mark.parametrize("reason", ["PodsReadyTimeout", "ClusterQueueStopped", "NodeFailures", "Deactivated"])
def test_other_evictions(reason: str) -> None:
    assert preempted(evicted(reason, "no")).anomalies(ID) == []


def test_whoever_comes_first() -> None:
    """The other run may be read after the one that it displaced."""
    lab = preempted(evicted("Preempted", PREEMPTED), with_winner=False)
    lab.apply(workload(reserved(101), admitted(101), owner=WINNER, spec={"priority": 1000}), WINNER)
    assert lab.one(ID).subject.name == "prod"


def test_a_dump_without_workloads_has_what_the_job_was_told() -> None:
    lab = Lab().apply(queued_job())
    lab.event(queued_job(), "Stopped", PREEMPTED, component="batch/job-kueue-controller", seconds=100)
    found = lab.one(ID)
    assert (found.subject.name, found.state) == ("train", "open")
    assert "Job train lost its place in queue main" in found.title
    lab.event(queued_job(), "Started", "Admitted by clusterQueue a", component="batch/job-kueue-controller")
    assert lab.one(ID).state == "closed"
