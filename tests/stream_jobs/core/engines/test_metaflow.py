"""Metaflow: runs by annotations, on Jobs and as Argo Workflows."""

from typing import Any

import pytest

from tests.stream_jobs.core.engines.argo_objects import node, node_pod, workflow
from tests.support.lab import Lab, Object, condition, job, job_pod, running, stamp, status, terminated

RUNS = status("Running", running())
LABELS = {"app.kubernetes.io/name": "metaflow-task", "app.kubernetes.io/part-of": "metaflow"}
DONE = {"conditions": [condition("Complete", seconds=50)]}
FAILED = {"conditions": [condition("Failed", reason="BackoffLimitExceeded", seconds=50)]}


def marks(step: str, task: str = "1", run: str = "42", **more: str) -> dict[str, str]:
    told = {"flow_name": "ChurnFlow", "run_id": run, "step_name": step, "task_id": task, "user": "ana"} | more
    return {f"metaflow/{name}": value for name, value in told.items()}


def task(step: str, number: str = "1", attempt: int = 0, **parts: Any) -> Object:
    meta = {"creationTimestamp": stamp(attempt * 60)}
    told = marks(step, number, attempt=str(attempt))
    return job(f"t-{step}-{number}-{attempt}", labels=LABELS, annotations=told, meta=meta, **parts)


def pod_of(of: Object, **parts: Any) -> Object:
    meta = {key: of["metadata"][key] for key in ("annotations", "creationTimestamp")}
    return job_pod(f"{of['metadata']['name']}-p", of, labels=dict(LABELS), meta=meta, **parts)


def test_jobs_of_one_run_are_one_session() -> None:
    start, train = task("start", status=DONE), task("train", "2")
    lab = Lab().apply(pod_of(train, status=RUNS), start, train)
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.name, session.run, session.user) == ("metaflow", "ChurnFlow", "42", "ana")
    assert {each.name: each.phase for each in session.steps} == {"start": "Succeeded", "train": "Running"}
    assert session.phase == "Running"


@pytest.mark.parametrize(
    ("tasks", "phase"),
    [
        ([task("train", status=FAILED)], "Failed"),
        ([task("train", status=FAILED), task("train", attempt=1)], "Pending"),  # another try
        ([task("train", "1", status=FAILED), task("train", "2", status=DONE)], "Failed"),  # another task
        ([task("train", status=DONE), task("end", "3", status=DONE)], "Succeeded"),
    ],
)
def test_the_newest_try_of_each_task_counts(tasks: list[Object], phase: str) -> None:
    assert Lab().apply(*tasks).session("ChurnFlow").phase == phase


def test_tries_are_attempts() -> None:
    first, second = task("train", status=FAILED), task("train", attempt=1)
    died = pod_of(first, status=status("Failed", terminated(1, seconds=40)))
    (step,) = Lab().apply(first, died, second, pod_of(second, status=RUNS)).session("ChurnFlow").steps
    assert [(each.number, each.phase) for each in step.attempts] == [(1, "Failed"), (2, "Running")]


def test_on_argo_the_workflow_tells() -> None:
    labels = {"app.kubernetes.io/name": "metaflow-run", "app.kubernetes.io/part-of": "metaflow"}
    told = marks("start", run="argo-run", user="argo-workflows", owner="ana")
    run = workflow(
        node("run", "DAG", "Running", "run.start"),
        node("run.start", "Pod", "Running"),
        labels=labels,
        annotations={"metaflow/flow_name": "ChurnFlow"},
    )
    lab = Lab().apply(node_pod("run.start", owner=run, labels=LABELS, annotations=told, status=RUNS), run)
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.kind, session.run) == ("metaflow", "Workflow", "argo-run")
    assert (session.definition, session.user) == ("ChurnFlow", "ana")
    assert [(each.name, each.phase) for each in session.steps] == [("start", "Running")]


def test_annotations_alone_do_not_make_a_run() -> None:
    lab = Lab().apply(job("mine", annotations=marks("train")))
    assert lab.session("mine").engine == "job"
