"""Kubeflow Pipelines: runs by their own id, drivers folded into tasks, caches, conditions, loops, retries."""

import json
from typing import Any

import pytest

from tests.stream_jobs.core.engines.argo_objects import node, node_pod, workflow
from tests.support.lab import Lab, Object, at, job, running, status, terminated, thing

RUN = {"pipeline/runid": "8d1f-run"}
V2 = {"pipelines.kubeflow.org/v2_component": "true"}
DONE = status("Succeeded", terminated(0, "Completed"))


def decides(**decided: str) -> Object:
    told = [{"name": name.replace("_", "-"), "value": value} for name, value in decided.items()]
    return {"outputs": {"parameters": told}}


def driver(task: str, parent: str = "run.root", phase: str = "Succeeded", **more: Any) -> Object:
    """A task's driver; what the task waits for is in the children of those."""
    name = f"{parent}.{task}-driver"
    return node(name, "Pod", phase, f"{parent}.{task}", templateName="system-container-driver", **more)


def task(
    name: str, *after: str, parent: str = "run.root", phase: str = "Succeeded", **more: Any
) -> list[Object]:
    """The group of a task, and in it its executor, whose children are the drivers of the tasks after it."""
    path = f"{parent}.{name}"
    executor = f"{path}.executor"
    behind = [f"{parent}.{each}-driver" for each in after]
    group = "Succeeded" if phase == "Skipped" else phase
    return [
        node(path, "DAG", group, executor, templateName="system-container-executor"),
        node(
            executor,
            "Pod" if phase != "Skipped" else "Skipped",
            phase,
            *behind,
            templateName="system-container-impl",
            **more,
        ),
    ]


def pipeline(*nodes: Object, phase: str = "Running", **parts: Any) -> Object:
    root = [
        node("run", "DAG", phase, "run.root-driver", templateName="entrypoint"),
        node("run.root-driver", "Pod", "Succeeded", "run.root", templateName="system-dag-driver"),
        node("run.root", "DAG", phase, "run.root.load-driver", templateName="root"),
    ]
    labels = RUN | parts.pop("labels", {})
    meta = {"generateName": "churn-"} | parts.pop("meta", {})
    return workflow(*root, *nodes, phase=phase, labels=labels, meta=meta, **parts)


def two_tasks(**second: Any) -> list[Object]:
    return [driver("load"), *task("load", "train"), driver("train"), *task("train", **second)]


def test_a_driver_is_no_step_and_its_order_is_the_tasks() -> None:
    run = pipeline(*two_tasks(phase="Running"))
    labels = RUN | V2
    lab = Lab().apply(
        run,
        node_pod("run.root.load-driver", owner=run, labels=labels, status=DONE),
        node_pod("run.root.load.executor", owner=run, labels=labels, status=DONE),
        node_pod("run.root.train.executor", owner=run, labels=labels, status=status("Running", running())),
    )
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.name, session.run, session.definition) == (
        "kfp",
        "run",
        "8d1f-run",
        "churn",
    )
    assert [(each.name, each.phase, each.after, len(each.attempts)) for each in session.steps] == [
        ("load", "Succeeded", (), 1),
        ("train", "Running", ("load",), 1),
    ]
    assert (session.uid, session.id.rpartition("/")[2]) == (run["metadata"]["uid"], "8d1f-run")


def test_pods_before_their_workflow_are_of_the_same_run() -> None:
    run = pipeline(*two_tasks())
    executor = node_pod("run.root.load.executor", owner=run, labels=RUN | V2, status=DONE)
    lab = Lab().apply(executor)
    assert [each.name for each in lab.session("run").steps] == ["load"]
    lab.apply(run)
    assert [(each.engine, each.withdrawn) for each in lab.sessions.values()] == [("kfp", False)]


@pytest.mark.parametrize(
    ("decided", "phase", "words"),
    [
        (decides(cached_decision="true"), "Succeeded", "cache"),
        (decides(cached_decision="false", condition="false"), "Skipped", "condition"),
    ],
)
def test_what_a_driver_decided(decided: Object, phase: str, words: str) -> None:
    nodes = [driver("load", **decided), *task("load", phase="Skipped")]
    (step,) = Lab().apply(pipeline(*nodes, phase="Succeeded")).session("run").steps
    assert (step.name, step.phase) == ("load", phase)
    assert words in step.message


def test_a_driver_that_fails_is_the_engines_fault_and_the_task_s_failure() -> None:
    run = pipeline(driver("load", phase="Failed", message="cannot reach metadata"), phase="Failed")
    failed = node_pod(
        "run.root.load-driver", owner=run, labels=RUN | V2, status=status("Failed", terminated(1))
    )
    (step,) = Lab().apply(run, failed).session("run").steps
    assert (step.name, step.phase, len(step.attempts)) == ("load", "Error", 1)
    assert "driver failed: cannot reach metadata" in step.message


def test_a_failed_task_is_explained_by_its_pod() -> None:
    run = pipeline(*two_tasks(phase="Failed", message="main: Error (exit code 3)"), phase="Failed")
    pod = node_pod(
        "run.root.train.executor", owner=run, labels=RUN | V2, status=status("Failed", terminated(3))
    )
    verdict = Lab().apply(run, pod).session("run").verdict
    assert verdict is not None
    assert verdict.path[0].failure == "container-exit-error"
    assert verdict.path[-1].failure == "workflow-failed"
    assert (
        "step train failed first" in verdict.path[-1].title
    )  # not "executor", as each node of work is called


def test_loops_and_groups_are_named_by_what_the_author_wrote() -> None:
    inside = "run.root.for-loop-1.iteration-iterations.iteration-item(0:0).root"
    nodes = [
        driver("for-loop-1"),
        node("run.root.for-loop-1", "DAG", "Succeeded", templateName="comp-for-loop-1"),
        driver("train", inside),
        *task("train", parent=inside),
        driver("train", inside.replace("(0:0)", "(1:1)")),
        *task("train", parent=inside.replace("(0:0)", "(1:1)")),
    ]
    steps = Lab().apply(pipeline(*nodes)).session("run").steps
    assert [(each.name, len(each.attempts)) for each in steps] == [("for-loop-1.train", 2)]


def test_version_1_is_as_argo_shows_it() -> None:
    spec = json.dumps({"name": "Churn model"})
    run = workflow(
        node("run", "DAG", "Succeeded", "run.train"),
        node("run.train", "Pod", "Succeeded"),
        phase="Succeeded",
        labels=RUN,
        annotations={"pipelines.kubeflow.org/pipeline_spec": spec},
    )
    cached = RUN | {"pipelines.kubeflow.org/reused_from_cache": "true"}
    shown = {"pipelines.kubeflow.org/task_display_name": "Train it"}
    session = (
        Lab()
        .apply(run, node_pod("run.train", owner=run, labels=cached, annotations=shown, status=DONE))
        .session("run")
    )
    assert session.definition == "Churn model"
    assert [(each.name, each.message) for each in session.steps] == [
        ("Train it", "its result was in the cache")
    ]


def test_a_retry_that_makes_the_workflow_anew_is_the_next_attempt() -> None:
    first = pipeline(*two_tasks(phase="Failed"), phase="Failed")
    lost = node_pod(
        "run.root.train.executor", owner=first, labels=RUN | V2, status=status("Failed", terminated(1))
    )
    again = pipeline(
        *two_tasks(phase="Running"),
        meta={"uid": "uid-again", "creationTimestamp": "2026-11-24T12:05:00Z"},
        annotations={"pipelines.kubeflow.org/retry-generation": "1"},
    )
    lab = Lab().apply(first, lost).delete(lost, seconds=90).delete(first)
    fresh = node_pod(
        "run.root.train.executor",
        owner=again,
        suffix="-2",
        labels=RUN | V2,
        meta={"creationTimestamp": "2026-11-24T12:05:10Z"},
        status=status("Running", running()),
    )
    session = lab.apply(again, fresh).session("run")
    assert (session.attempt, session.uid, session.phase) == (2, "uid-again", "Running")
    assert [each.phase for each in session.steps[1].attempts] == ["Failed", "Running"]


def test_a_run_that_somebody_terminated_was_cancelled_and_is_no_failure() -> None:
    run = pipeline(*two_tasks(phase="Failed"), phase="Failed", spec={"activeDeadlineSeconds": 0})
    lab = Lab().apply(run)
    assert lab.session("run").phase == "Cancelled"
    assert "workflow-failed" not in lab.failures()


def test_who_and_what_started_it() -> None:
    owner = {"apiVersion": "kubeflow.org/v1beta1", "kind": "ScheduledWorkflow", "name": "nightly", "uid": "u"}
    labels = {
        "scheduledworkflows.kubeflow.org/scheduledWorkflowName": "nightly",
        "scheduledworkflows.kubeflow.org/workflowEpoch": str(int(at(0).timestamp())),
    }
    profile = thing(
        "Namespace",
        "ml",
        namespace="",
        labels={"app.kubernetes.io/part-of": "kubeflow-profile"},
        annotations={"owner": "ana@example.com"},
    )
    session = Lab().apply(profile, pipeline(labels=labels, meta={"ownerReferences": [owner]})).session("run")
    assert (session.trigger, session.user, session.queued) == ("schedule", "ana@example.com", at(0))


def test_drivers_know_the_pipelines_name() -> None:
    run = pipeline(*two_tasks(), meta={"generateName": ""})
    spec = {"containers": [{"name": "main", "args": ["--type", "DAG", "--pipeline_name", "churn-v2"]}]}
    pod = node_pod("run.root-driver", owner=run, labels=RUN | V2, spec=spec, status=DONE)
    assert Lab().apply(run, pod).session("run").definition == "churn-v2"


def test_what_a_step_makes_with_an_owner_is_a_run_within_it() -> None:
    run = pipeline(*two_tasks())
    lab = Lab().apply(run, job("inner", owner=run))
    assert lab.session("inner").parent == lab.session("run").id
