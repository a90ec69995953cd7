"""Trainer: the TrainJob is the run, its JobSet and Jobs are its steps, and nothing says that it runs."""

from datetime import datetime
from typing import Any

import pytest

from tests.support.lab import Lab, Object, at, condition, job, job_pod, running, status, terminated, thing

JOBSET = "jobset.sigs.k8s.io/"
RUNS = status("Running", running())


def train_job(*conditions: Object, spec: Object | None = None, **more: Any) -> Object:
    body = {"runtimeRef": {"kind": "ClusterTrainingRuntime", "name": "torch"}} | (spec or {})
    stand = {"conditions": list(conditions)} | more
    return thing("TrainJob", "gpt", api="trainer.kubeflow.org/v1alpha1", spec=body, status=stand)


def job_set(*conditions: Object, **more: Any) -> Object:
    """The JobSet has the TrainJob's name."""
    jobs = [
        {"name": "dataset-initializer", "replicas": 1},
        {"name": "node", "replicas": 1, "dependsOn": [{"name": "dataset-initializer", "status": "Complete"}]},
    ]
    stand = {"conditions": list(conditions)} | more
    api = "jobset.x-k8s.io/v1alpha2"
    return thing("JobSet", "gpt", api=api, owner=train_job(), spec={"replicatedJobs": jobs}, status=stand)


def node(**parts: Any) -> list[Object]:
    labels = {
        JOBSET + "jobset-name": "gpt",
        JOBSET + "jobset-uid": "uid-jobset-gpt",
        JOBSET + "replicatedjob-name": "node",
        JOBSET + "job-index": "0",
    }
    made = job("gpt-node-0", owner=job_set(), labels=labels)
    return [made, job_pod("gpt-node-0-0-x", made, labels=labels, **parts)]


@pytest.mark.parametrize(
    ("job", "phase", "ended"),
    [
        (train_job(), "Pending", None),
        (train_job(jobsStatus=[{"name": "node", "active": 1}]), "Running", None),
        (train_job(condition("Suspended")), "Suspended", None),
        (train_job(condition("Suspended", "False"), condition("Complete", seconds=90)), "Succeeded", at(90)),
        (train_job(condition("Failed", reason="FailedJobs", seconds=90)), "Failed", at(90)),
        (train_job(condition("Failed", reason="DeadlineExceeded", seconds=90)), "Failed", at(90)),
        (train_job(condition("Failed", reason="TrainingRuntimeNotSupported", seconds=90)), "Error", at(90)),
    ],
)
def test_phases(job: Object, phase: str, ended: datetime | None) -> None:
    session = Lab().apply(job).session("gpt")
    assert (session.engine, session.kind, session.phase, session.ended) == (
        "trainer",
        "TrainJob",
        phase,
        ended,
    )


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1]])
def test_its_jobset_and_jobs_are_steps_not_runs(order: list[int]) -> None:
    objects = [train_job(), job_set(), *node(status=RUNS)]
    lab = Lab().apply(*(objects[each] for each in order))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.phase, session.message) == ("trainer", "Running", "")
    assert {step.name: step.phase for step in session.steps} == {
        "dataset-initializer": "Pending",
        "node": "Running",
    }
    assert session.steps[1].after == ("dataset-initializer",)
    assert [each.pod for each in session.steps[1].attempts] == ["gpt-node-0-0-x"]


def test_pods_that_find_no_node_do_not_run_though_their_job_is_active() -> None:
    lab = Lab().apply(train_job(jobsStatus=[{"name": "node", "active": 1}]), job_set(), *node())
    assert lab.session("gpt").phase == "Pending"


def test_the_jobset_may_be_gone() -> None:
    made = job_set(
        condition("Completed", seconds=80), replicatedJobsStatus=[{"name": "node", "succeeded": 1}]
    )
    done = node(status=status("Succeeded", terminated(0, "Completed")))
    lab = Lab().apply(train_job(), made, *done, train_job(condition("Complete"))).delete(made)
    steps = {step.name: step.phase for step in lab.session("gpt").steps}
    assert steps["node"] == "Succeeded"


def test_a_dump_without_the_jobset_has_its_counts() -> None:
    counts = [{"name": "dataset-initializer", "succeeded": 1}, {"name": "node", "failed": 1}]
    session = Lab().apply(train_job(condition("Failed"), jobsStatus=counts)).session("gpt")
    assert {step.name: step.phase for step in session.steps} == {
        "dataset-initializer": "Succeeded",
        "node": "Failed",
    }


def test_restarts_of_the_jobset_are_attempts() -> None:
    assert Lab().apply(train_job(), job_set(restarts=2)).session("gpt").attempt == 3


def test_one_that_another_cluster_runs() -> None:
    session = Lab().apply(train_job(spec={"managedBy": "kueue.x-k8s.io/multikueue"})).session("gpt")
    assert session.wait == "kueue.x-k8s.io/multikueue runs it, in another cluster"


def test_what_the_jobset_tells_where_it_was_not_seen() -> None:
    session = Lab().apply(job_set(), *node(status=RUNS)).session("gpt")
    assert (session.kind, session.uid, session.phase) == ("TrainJob", "uid-trainjob-gpt", "Running")
    assert session.message == "the TrainJob itself was not seen: this is what its JobSet tells"
