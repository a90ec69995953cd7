"""Tekton: PipelineRuns with tasks as steps, TaskRuns that stand alone, retries, and what is not seen."""

from typing import Any

import pytest

from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)

API = "tekton.dev/v1"
TASKS = [
    {"name": "fetch"},
    {"name": "train", "runAfter": ["fetch"]},
    {"name": "score", "params": [{"name": "model", "value": "$(tasks.train.results.model)"}]},
]
PIPELINE = {"tasks": TASKS, "finally": [{"name": "notify"}]}
RUNS = condition("Succeeded", "Unknown", "Running")
WENT_WELL = condition("Succeeded", reason="Succeeded")
FAILED = condition("Succeeded", "False", "Failed", "Tasks Completed: 1 (Failed: 1)")


def pipeline_run(
    *conditions: Object, spec: Object | None = None, name: str = "nightly-x7", **more: Any
) -> Object:
    stand = {"conditions": list(conditions), "startTime": stamp(5), "pipelineSpec": PIPELINE} | more
    labels = {"tekton.dev/pipeline": "nightly"}
    body = {"pipelineRef": {"name": "nightly"}} | (spec or {})
    return thing("PipelineRun", name, api=API, labels=labels, spec=body, status=stand)


def marks(task: str, name: str, run: Object | None) -> dict[str, str]:
    found = {
        "tekton.dev/pipelineTask": task,
        "tekton.dev/taskRun": name,
        "tekton.dev/taskRunUID": f"uid-taskrun-{name}",
    }
    if run is not None:
        uid = run["metadata"]["uid"]
        found |= {"tekton.dev/pipelineRun": run["metadata"]["name"], "tekton.dev/pipelineRunUID": uid}
    return found


def task_run(
    task: str, *conditions: Object, run: Object | None = None, name: str = "", **more: Any
) -> Object:
    name = name or f"nightly-x7-{task}"
    labels = {key: value for key, value in marks(task, name, run).items() if "taskRun" not in key}
    stand = {"conditions": list(conditions), "podName": f"{name}-pod", "startTime": stamp(6)} | more
    return thing("TaskRun", name, api=API, owner=run, labels=labels, status=stand)


def task_pod(task: Object, run: Object | None = None, *, retry: int = 0, **parts: Any) -> Object:
    name = task["metadata"]["name"]
    marked = marks(task["metadata"]["labels"]["tekton.dev/pipelineTask"], name, run)
    suffix = f"-pod-retry{retry}" if retry else "-pod"
    return pod(
        name + suffix, owner=task, labels=marked, meta={"creationTimestamp": stamp(10 + retry)}, **parts
    )


@pytest.mark.parametrize(
    ("conditions", "spec", "phase"),
    [
        ((), {}, "Pending"),
        ((condition("Succeeded", "Unknown", "ResolvingPipelineRef"),), {}, "Pending"),
        (
            (condition("Succeeded", "Unknown", "PipelineRunPending"),),
            {"status": "PipelineRunPending"},
            "Suspended",
        ),
        ((RUNS,), {}, "Running"),
        ((condition("Succeeded", "Unknown", "ToBeRetried"),), {}, "Running"),
        ((condition("Succeeded", reason="Completed"),), {}, "Succeeded"),
        ((FAILED,), {}, "Failed"),
        ((condition("Succeeded", "False", "PipelineRunTimeout"),), {}, "Failed"),
        ((condition("Succeeded", "False", "CouldntGetPipeline"),), {}, "Error"),
        ((condition("Succeeded", "False", "PipelineValidationFailed"),), {}, "Error"),
        ((condition("Succeeded", "False", "Cancelled"),), {"status": "Cancelled"}, "Cancelled"),
    ],
)
def test_phases(conditions: tuple[Object, ...], spec: Object, phase: str) -> None:
    session = Lab().apply(pipeline_run(*conditions, spec=spec)).session("nightly-x7")
    assert (session.engine, session.kind, session.phase) == ("tekton", "PipelineRun", phase)


def test_tasks_are_steps_in_the_pipelines_order_with_what_they_wait_for() -> None:
    run = pipeline_run(RUNS)
    fetched, trains = task_run("fetch", WENT_WELL, run=run), task_run("train", RUNS, run=run)
    lab = Lab().apply(
        run,
        trains,
        fetched,
        task_pod(fetched, run, status=status("Succeeded", terminated(0, "Completed", name="step-main"))),
        task_pod(trains, run, status=status("Running", running())),
    )
    session = lab.session("nightly-x7")
    assert len(lab.sessions) == 1
    assert [(each.name, each.phase, each.after) for each in session.steps] == [
        ("fetch", "Succeeded", ()),
        ("train", "Running", ("fetch",)),
        ("score", "Pending", ("train",)),
        ("notify", "Pending", ("fetch", "train", "score")),
    ]
    assert [each.pod for each in session.steps[1].attempts] == ["nightly-x7-train-pod"]
    assert (session.definition, session.trigger) == ("nightly", "manual")


def test_a_failed_task_fails_the_run_and_its_pod_says_why() -> None:
    run = pipeline_run(
        FAILED, completionTime=stamp(80), skippedTasks=[{"name": "score", "reason": "Parent Tasks"}]
    )
    train = task_run("train", condition("Succeeded", "False", "Failed", "step-main exited with 1"), run=run)
    killed = terminated(137, "OOMKilled", name="main")
    lab = Lab().apply(run, train, task_pod(train, run, status=status("Failed", killed)))
    session = lab.session("nightly-x7")
    assert (session.phase, session.ended) == ("Failed", at(80))
    assert {each.name: each.phase for each in session.steps} == {
        "fetch": "Skipped",
        "train": "Failed",
        "score": "Skipped",
        "notify": "Skipped",
    }
    assert session.steps[2].message == "Parent Tasks"
    assert session.verdict is not None
    assert session.verdict.failure == "container-oom-killed"
    assert [each.failure for each in session.verdict.path] == [
        "container-oom-killed",
        "pod-failed",
        "workflow-step-failed",
        "workflow-failed",
    ]
    assert "Task train of PipelineRun nightly-x7 failed" in session.verdict.path[2].title


def test_steps_that_were_passed_over_after_a_failed_one_did_not_fail() -> None:
    run = pipeline_run(FAILED)
    train = task_run("train", condition("Succeeded", "False", "Failed"), run=run)
    notes = '[{"key":"StartedAt","value":"2026-11-24T12:00:10.000Z","type":3}]'
    skipped = '[{"key":"Reason","value":"Skipped","type":3},{"key":"StartedAt","value":"x","type":3}]'
    ends = (
        terminated(3, name="step-fit", message=notes),
        terminated(1, name="step-upload", message=skipped, seconds=61),
    )
    lab = Lab().apply(run, train, task_pod(train, run, status=status("Failed", *ends)))
    assert "step-fit" in lab.one("container-exit-error").title
    assert not any("StartedAt" in each.says for each in lab.one("container-exit-error").evidence)
    (attempt,) = lab.session("nightly-x7").steps[1].attempts
    assert (attempt.exit_code, attempt.message) == (3, "")


def test_a_run_that_could_not_be_started_says_what_tekton_says() -> None:
    cannot = condition("Succeeded", "False", "CouldntGetPipeline", "pipelines.tekton.dev nightly not found")
    verdict = Lab().apply(pipeline_run(cannot)).session("nightly-x7").verdict
    assert verdict is not None
    assert verdict.failure == "workflow-spec-invalid"
    assert "pipelines.tekton.dev nightly not found" in verdict.title


def test_who_cancels_a_run_makes_no_failure() -> None:
    lab = Lab().apply(
        pipeline_run(condition("Succeeded", "False", "Cancelled"), spec={"status": "Cancelled"})
    )
    assert lab.failures() == set()
    verdict = lab.session("nightly-x7").verdict
    assert verdict is not None
    assert verdict.failure == "workflow-stopped-by-user"


def test_each_retry_is_an_attempt_with_a_pod_of_its_own() -> None:
    run = pipeline_run(RUNS)
    first = {"podName": "nightly-x7-train-pod", "startTime": stamp(6), "completionTime": stamp(50)}
    train = task_run("train", RUNS, run=run, podName="nightly-x7-train-pod-retry1", retriesStatus=[first])
    lab = Lab().apply(run, train, task_pod(train, run, retry=1, status=status("Running", running())))
    attempts = lab.session("nightly-x7").steps[1].attempts
    assert [(each.number, each.pod, each.phase) for each in attempts] == [
        (1, "nightly-x7-train-pod", "Failed"),  # its pod is gone; the TaskRun still tells of it
        (2, "nightly-x7-train-pod-retry1", "Running"),
    ]


def test_a_matrix_is_one_step() -> None:
    run = pipeline_run(RUNS)
    items = [
        task_run("train", WENT_WELL, run=run, name="nightly-x7-train-0"),
        task_run("train", FAILED, run=run, name="nightly-x7-train-1"),
    ]
    step = Lab().apply(run, *items).session("nightly-x7").steps[1]
    assert (step.name, step.phase, len(step.attempts)) == ("train", "Failed", 2)


def test_a_taskrun_alone_is_a_run() -> None:
    alone = task_run("build", WENT_WELL, name="build-1", completionTime=stamp(40))
    alone["spec"] = {"taskRef": {"name": "build"}}
    lab = Lab().apply(task_pod(alone, status=status("Succeeded")), alone)
    session = lab.session("build-1")
    assert (session.kind, session.phase, session.definition, session.ended) == (
        "TaskRun",
        "Succeeded",
        "build",
        at(40),
    )
    assert [each.name for each in lab.sessions.values() if not each.withdrawn] == ["build-1"]


def test_a_pipeline_inside_of_a_pipeline_is_a_run_of_its_own_within_it() -> None:
    outer = pipeline_run(RUNS)
    inner = pipeline_run(RUNS, name="nightly-x7-sub")
    inner["metadata"]["ownerReferences"] = task_run("sub", run=outer)["metadata"]["ownerReferences"]
    inner["metadata"]["labels"] |= marks("sub", "", outer)
    train = task_run("train", RUNS, run=inner, name="nightly-x7-sub-train")
    lab = Lab().apply(outer, inner, train)
    assert lab.session("nightly-x7-sub").parent == lab.session("nightly-x7").id
    assert "train" in {each.name for each in lab.session("nightly-x7-sub").steps if each.attempts}
    assert not any(each.attempts for each in lab.session("nightly-x7").steps)


def test_without_uids_in_labels_the_owners_tell() -> None:
    run = pipeline_run(RUNS)
    train = task_run("train", RUNS, run=run)
    trains = task_pod(train, run, status=status("Running", running()))
    for each in (train, trains):
        for name in ("pipelineRunUID", "taskRunUID"):
            each["metadata"]["labels"].pop(f"tekton.dev/{name}", None)
    lab = Lab().apply(trains, train, run)
    assert [each.name for each in lab.sessions.values() if not each.withdrawn] == ["nightly-x7"]
    assert [each.pod for each in lab.session("nightly-x7").steps[1].attempts] == ["nightly-x7-train-pod"]


def test_without_the_run_its_tasks_tell() -> None:
    run = pipeline_run()
    train = task_run("train", RUNS, run=run)
    session = (
        Lab().apply(train, task_pod(train, run, status=status("Running", running()))).session("nightly-x7")
    )
    assert (session.uid, session.phase, session.kind) == (run["metadata"]["uid"], "Running", "PipelineRun")
    assert "not seen" in session.message


def test_the_affinity_assistant_is_no_step() -> None:
    run = pipeline_run(RUNS)
    helper = thing("StatefulSet", "affinity-assistant-1", api="apps/v1", owner=run, spec={})
    lab = Lab().apply(
        run, helper, pod("affinity-assistant-1-0", owner=helper, status=status("Running", running()))
    )
    assert len(lab.sessions) == 1
    assert not any(each.attempts for each in lab.session("nightly-x7").steps)


def test_a_run_that_was_deleted_is_cancelled() -> None:
    session = Lab().apply(pipeline_run(RUNS)).delete(pipeline_run(RUNS), seconds=30).session("nightly-x7")
    assert (session.phase, session.deleted) == ("Cancelled", at(30))


def test_triggers_are_told() -> None:
    run = pipeline_run(RUNS)
    run["metadata"]["labels"]["triggers.tekton.dev/eventlistener"] = "on-push"
    assert Lab().apply(run).session("nightly-x7").trigger == "event"
