"""JobSets: replicated jobs are steps, restarts are attempts, their Jobs are no runs of their own."""

from datetime import datetime
from typing import Any

import pytest

from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)

LABEL = "jobset.sigs.k8s.io/"


def replicated(name: str, **parts: Any) -> Object:
    return {"name": name, "replicas": 1, "template": {"spec": {}}} | parts


def job_set(*conditions: Object, spec: Object | None = None, **more: Any) -> Object:
    body = {"replicatedJobs": [replicated("leader"), replicated("workers")]} | (spec or {})
    stand = {"conditions": list(conditions)} | more
    return thing("JobSet", "llm", api="jobset.x-k8s.io/v1alpha2", spec=body, status=stand)


def stands(name: str, **counts: int) -> Object:
    return {"name": name, "active": 0, "ready": 0, "succeeded": 0, "failed": 0, "suspended": 0} | counts


def child(role: str, *, restart: int = 0, **parts: Any) -> Object:
    """A Job of the JobSet; one made anew has the same name and another uid."""
    return job(
        f"llm-{role}-0",
        owner=job_set(),
        labels=labels(role, restart),
        meta={"uid": f"uid-job-{role}-{restart}"},
        **parts,
    )


def labels(role: str, restart: int) -> dict[str, str]:
    return {
        LABEL + "jobset-name": "llm",
        LABEL + "jobset-uid": "uid-jobset-llm",
        LABEL + "replicatedjob-name": role,
        LABEL + "job-index": "0",
        LABEL + "restart-attempt": str(restart),
    }


def worker(name: str, role: str = "workers", *, restart: int = 0, index: int = 0, **parts: Any) -> Object:
    marks = labels(role, restart) | {"batch.kubernetes.io/job-completion-index": str(index)}
    made = {"creationTimestamp": stamp(restart * 100 + index)}
    return job_pod(name, child(role, restart=restart), labels=marks, meta=made, **parts)


RUNS = status("Running", running())
FAILED = status("Failed", terminated(1))


@pytest.mark.parametrize(
    ("conditions", "phase", "ended"),
    [
        ((), "Pending", None),
        ((condition("Completed", reason="AllJobsCompleted", seconds=90),), "Succeeded", at(90)),
        ((condition("Failed", reason="ReachedMaxRestarts", seconds=90),), "Failed", at(90)),
        ((condition("Suspended", reason="SuspendedJobs"),), "Suspended", None),
        ((condition("Suspended", "False"), condition("StartupPolicyInProgress")), "Pending", None),
    ],
)
def test_phases(conditions: tuple[Object, ...], phase: str, ended: datetime | None) -> None:
    session = Lab().apply(job_set(*conditions)).session("llm")
    assert (session.engine, session.kind, session.phase, session.ended) == ("jobset", "JobSet", phase, ended)


def test_its_jobs_and_pods_are_steps_not_runs() -> None:
    lab = Lab().apply(job_set(), child("workers"), worker("w0", status=RUNS), worker("w1", index=1))
    session = lab.session("llm")
    assert len(lab.sessions) == 1
    assert session.phase == "Running"
    assert {step.name: step.phase for step in session.steps} == {"leader": "Pending", "workers": "Running"}
    assert [each.pod for each in session.steps[1].attempts] == ["w0", "w1"]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_whatever_comes_first_it_is_one_session(order: list[int]) -> None:
    objects = [job_set(), child("workers"), worker("w0", status=RUNS)]
    lab = Lab().apply(*(objects[each] for each in order))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.name, session.phase, session.message) == ("llm", "Running", "")


def test_restarts_are_attempts_of_the_same_session() -> None:
    lab = Lab().apply(job_set(), child("workers"), worker("a0", status=FAILED), worker("a1", index=1))
    lab.apply(
        job_set(condition("RestartingJobSet", message="restarting"), restarts=1),
        child("workers", restart=1),
        worker("b0", restart=1, status=RUNS),
        worker("b1", restart=1, index=1, status=RUNS),
    )
    session = lab.session("llm")
    assert (session.attempt, session.phase, session.message) == (2, "Running", "restarting")
    assert [(each.number, each.pod) for each in session.steps[1].attempts] == [
        (1, "a0"),
        (1, "a1"),
        (2, "b0"),
        (2, "b1"),
    ]


def test_a_restart_whose_first_try_was_not_seen_is_the_second() -> None:
    lab = Lab().apply(job_set(restarts=1), worker("b0", restart=1, status=RUNS))
    assert [each.number for each in lab.session("llm").steps[1].attempts] == [2]


def test_the_message_names_the_first_failed_job() -> None:
    said = "jobset failed due to reaching max number of restarts (first failed job: llm-workers-0)"
    failed = job_set(
        condition("Failed", reason="ReachedMaxRestarts", message=said),
        replicatedJobsStatus=[stands("workers", failed=1), stands("leader")],
    )
    session = Lab().apply(failed, worker("w0", status=FAILED), worker("l0", "leader")).session("llm")
    assert session.message == f"ReachedMaxRestarts: {said}"
    assert {step.name: step.phase for step in session.steps} == {"leader": "Cancelled", "workers": "Failed"}


def test_what_never_started_was_skipped() -> None:
    failed = job_set(condition("Failed"), replicatedJobsStatus=[stands("leader", failed=1)])
    assert Lab().apply(failed).session("llm").steps[1].phase == "Skipped"


def test_a_part_that_is_done_has_succeeded_while_the_rest_runs() -> None:
    partly = job_set(replicatedJobsStatus=[stands("leader", succeeded=1), stands("workers", active=1)])
    session = Lab().apply(partly, worker("w0", status=RUNS)).session("llm")
    assert [step.phase for step in session.steps] == ["Succeeded", "Running"]


def test_dependencies_and_the_startup_order_are_edges() -> None:
    needs = [{"name": "leader", "status": "Ready"}]
    given = job_set(spec={"replicatedJobs": [replicated("leader"), replicated("workers", dependsOn=needs)]})
    assert [step.after for step in Lab().apply(given).session("llm").steps] == [(), ("leader",)]
    ordered = job_set(spec={"startupPolicy": {"startupPolicyOrder": "InOrder"}})
    assert [step.after for step in Lab().apply(ordered).session("llm").steps] == [(), ("leader",)]


def test_a_suspended_jobset_says_what_it_waits_for() -> None:
    assert "suspended" in Lab().apply(job_set(condition("Suspended"))).session("llm").wait


def test_deleted_before_its_end_it_was_cancelled() -> None:
    session = Lab().apply(job_set()).delete(job_set(), seconds=30).session("llm")
    assert (session.phase, session.deleted) == ("Cancelled", at(30))


def test_before_labels_had_the_uid_the_owner_tells() -> None:
    old_job, old_pod = child("workers"), worker("w0", status=RUNS)
    for each in (old_job, old_pod):
        del each["metadata"]["labels"][LABEL + "jobset-uid"]
    lab = Lab().apply(job_set(), old_job, old_pod)
    assert [each.pod for each in lab.session("llm").steps[1].attempts] == ["w0"]
    assert [each.name for each in lab.sessions.values() if not each.withdrawn] == ["llm"]


def test_without_the_jobset_its_pods_tell() -> None:
    session = Lab().apply(worker("w0", status=RUNS), worker("l0", "leader")).session("llm")
    assert (session.uid, session.phase) == ("uid-jobset-llm", "Running")
    assert "not seen" in session.message
    assert {step.name: step.phase for step in session.steps} == {"leader": "Pending", "workers": "Running"}


def test_without_the_jobset_and_its_pods_a_job_tells_little() -> None:
    session = Lab().apply(child("workers")).session("llm")
    assert (session.phase, session.steps) == ("Pending", ())


def test_its_headless_service_is_not_a_run() -> None:
    service = thing("Service", "llm", owner=job_set(), spec={})
    assert len(Lab().apply(job_set(), service).sessions) == 1
