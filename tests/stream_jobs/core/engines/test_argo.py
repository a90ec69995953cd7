"""Argo Workflows: how a run stands, who started it, and what belongs to it."""

from typing import Any

import pytest

from tests.stream_jobs.core.engines.argo_objects import API, LABEL, new_workflow, node, node_pod, workflow
from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)

RUNS = status("Running", running())


# --- how it stands --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argo", "ours"),
    [
        ("", "Pending"),
        ("Pending", "Pending"),
        ("Running", "Running"),
        ("Succeeded", "Succeeded"),
        ("Failed", "Failed"),
        ("Error", "Error"),
    ],
)
def test_phases(argo: str, ours: str) -> None:
    session = Lab().apply(workflow(phase=argo)).session("run")
    assert (session.engine, session.kind, session.uid, session.phase) == (
        "argo",
        "Workflow",
        "uid-workflow-run",
        ours,
    )


def test_its_end_is_argos() -> None:
    done = workflow(phase="Succeeded", status={"finishedAt": stamp(80)})
    session = Lab().apply(done).delete(done, seconds=200).session("run")
    assert (session.phase, session.started, session.ended, session.deleted) == (
        "Succeeded",
        at(1),
        at(80),
        at(200),
    )


def test_a_workflow_that_no_controller_saw_says_so() -> None:
    lab = Lab().apply(new_workflow())
    assert (lab.session("run").phase, lab.session("run").steps) == ("Pending", ())
    assert "controller has not picked it up" in lab.session("run").wait
    assert lab.apply(workflow()).session("run").wait == ""


def test_deleted_while_it_runs_it_was_cancelled() -> None:
    going = workflow(node("run", "DAG", "Running", "run.prep"), node("run.prep", "Pod", "Running"))
    session = Lab().apply(going).delete(going, seconds=40).session("run")
    assert (session.phase, session.ended, session.deleted) == ("Cancelled", at(40), at(40))
    assert [(step.name, step.phase) for step in session.steps] == [("prep", "Cancelled")]


def test_a_stopped_run_failed_as_argo_says_and_tells_why() -> None:
    said = "Stopped with strategy 'Terminate'"
    stopped = workflow(
        node("run", "DAG", "Failed", "run.prep", "run.train"),
        node("run.prep", "Pod", "Failed", message="main: Error (exit code 143)"),
        node("run.train", "Pod", "Failed", message="workflow shutdown with strategy:  Terminate"),
        phase="Failed",
        spec={"shutdown": "Terminate"},
        status={"message": said},
    )
    session = Lab().apply(stopped).session("run")
    assert (session.phase, session.message) == ("Failed", said)
    assert [step.phase for step in session.steps] == ["Failed", "Cancelled"]


def test_a_suspended_run_waits_for_a_person() -> None:
    session = Lab().apply(workflow(spec={"suspend": True})).session("run")
    assert session.phase == "Suspended"
    assert "resumes" in session.wait


def test_a_gate_is_what_the_run_waits_for_once_nothing_else_moves() -> None:
    gate = node("run[1].approve", "Suspend", "Running")
    build = node("run[0].build", "Pod", "Running")
    lab = Lab().apply(workflow(gate, build), node_pod("run[0].build", status=RUNS))
    assert (lab.session("run").phase, lab.session("run").wait) == ("Running", "")
    done = status("Succeeded", terminated(0, "Completed"))
    lab.apply(node_pod("run[0].build", status=done), workflow(gate, node("run[0].build")))
    assert lab.session("run").wait == "step approve waits until somebody resumes it"
    assert lab.session("run").phase == "Running"


@pytest.mark.parametrize(
    ("message", "waits"),
    [
        ('pods "x" is forbidden: exceeded quota: pods', 'train: pods "x" is forbidden: exceeded quota: pods'),
        (
            "Waiting for ml/Mutex/gpu lock. Lock status: 0/1",
            "train: Waiting for ml/Mutex/gpu lock. Lock status: 0/1",
        ),
        ("PodInitializing", ""),
        ("ContainerCreating", ""),
        ("", ""),
    ],
)
def test_a_pending_node_tells_what_it_waits_for(message: str, waits: str) -> None:
    pending = node("run.train", "Pod", "Pending", message=message)
    assert Lab().apply(workflow(pending)).session("run").wait == waits


def test_the_schedulers_words_come_first() -> None:
    unplaced = condition("PodScheduled", "False", "Unschedulable", "0/4 nodes are available")
    stuck = node_pod("run.train", status=status("Pending", conditions=[unplaced]))
    pending = node("run.train", "Pod", "Pending", message="Unschedulable: 0/4 nodes are available")
    assert Lab().apply(workflow(pending), stuck).session("run").wait == "0/4 nodes are available"


def test_a_run_held_back_by_a_limit_of_its_controller_says_so() -> None:
    said = "Workflow processing has been postponed because too many workflows are already running"
    held = workflow(phase="Pending", status={"message": said})
    assert Lab().apply(held).session("run").wait == said


def test_argo_retry_is_another_attempt_of_the_same_session() -> None:
    failed = workflow(phase="Failed", status={"finishedAt": stamp(60)})
    lab = Lab().apply(workflow(), failed)
    assert lab.session("run").attempt == 1
    lab.apply(workflow(phase=""), workflow())
    assert (lab.session("run").attempt, lab.session("run").ended) == (2, None)
    lab.apply(workflow(phase="Error"), workflow())
    assert (lab.session("run").attempt, len(lab.sessions)) == (3, 1)


def test_a_workflow_of_the_same_name_is_another_run() -> None:
    lab = Lab().apply(workflow(phase="Failed")).delete(workflow(phase="Failed"))
    lab.apply(workflow(meta={"uid": "uid-again"}))
    assert sorted(each.phase for each in lab.sessions.values()) == ["Failed", "Running"]


# --- who started what -----------------------------------------------------------------------------------

CRON = thing("CronWorkflow", "nightly", api=API)


@pytest.mark.parametrize(
    ("parts", "trigger", "definition"),
    [
        ({}, "manual", "run"),
        ({"meta": {"generateName": "train-"}}, "manual", "train"),
        ({"labels": {LABEL + "workflow-template": "tpl"}}, "manual", "tpl"),
        ({"labels": {LABEL + "cluster-workflow-template": "tpl"}}, "manual", "tpl"),
        ({"spec": {"workflowTemplateRef": {"name": "tpl"}}}, "manual", "tpl"),
        (
            {"labels": {LABEL + "cron-workflow": "nightly", LABEL + "workflow-template": "t"}},
            "schedule",
            "nightly",
        ),
        ({"owner": CRON}, "schedule", "run"),
        ({"labels": {LABEL + "cron-workflow": "nightly", LABEL + "backfill": "b"}}, "backfill", "nightly"),
        ({"labels": {LABEL + "workflow-event-binding": "push"}}, "event", "run"),
        ({"labels": {"events.argoproj.io/sensor": "s3"}}, "event", "run"),
        # a resubmitted run keeps labels and owner of the original
        (
            {
                "owner": CRON,
                "labels": {LABEL + "cron-workflow": "nightly", LABEL + "resubmitted-from-workflow": "old"},
            },
            "resubmit",
            "nightly",
        ),
    ],
)
def test_trigger_and_definition(parts: dict[str, Any], trigger: str, definition: str) -> None:
    session = Lab().apply(workflow(**parts)).session("run")
    assert (session.trigger, session.definition) == (trigger, definition)


def test_a_cron_workflow_is_a_trigger_and_no_run() -> None:
    scheduled = {LABEL + "scheduled-time": stamp(-5)}
    lab = Lab().apply(CRON, workflow(owner=CRON, annotations=scheduled))
    (session,) = lab.sessions.values()
    assert (session.kind, session.queued) == ("Workflow", at(-5))


@pytest.mark.parametrize(
    ("labels", "user"),
    [
        ({}, ""),
        ({"creator": "system-serviceaccount-ml-bot"}, "system-serviceaccount-ml-bot"),
        ({"creator": "uuid", "creator-email": "ada.at.acme.example"}, "ada@acme.example"),
        ({"creator": "uuid", "creator-email": "a.at.b", "creator-preferred-username": "ada"}, "ada"),
    ],
)
def test_the_user_as_argos_server_noted_it(labels: dict[str, str], user: str) -> None:
    item = workflow(labels={LABEL + name: value for name, value in labels.items()})
    assert Lab().apply(item).session("run").user == user


# --- what belongs to it ---------------------------------------------------------------------------------


def test_pods_before_their_workflow_make_one_session() -> None:
    lab = Lab().apply(node_pod("run.train", status=RUNS))
    early = lab.session("run")
    assert (early.uid, early.phase, [step.name for step in early.steps]) == (
        "uid-workflow-run",
        "Running",
        ["train"],
    )
    assert "not seen" in early.message
    lab.apply(workflow(node("run.train", "Pod", "Running")))
    assert len(lab.sessions) == 1
    assert lab.session("run").message == ""


@pytest.mark.parametrize(
    "item",
    [
        thing("WorkflowTaskResult", "run-1", api=API),
        thing("WorkflowTaskSet", "run", api=API),
        thing("PersistentVolumeClaim", "run-scratch", spec={}, status={}),
    ],
)
def test_what_a_workflow_owns_is_part_of_it_also_without_the_controller_mark(item: Object) -> None:
    owner = {"apiVersion": API, "kind": "Workflow", "name": "run", "uid": "uid-workflow-run"}
    item["metadata"]["ownerReferences"] = [owner]
    lab = Lab().apply(item, workflow())
    assert lab.cell.homes[item["metadata"]["uid"]] == (lab.session("run").id,)


def test_argos_own_pods_are_in_the_chain_but_no_steps() -> None:
    agent = node_pod("run-agent", labels={LABEL + "component": "agent"}, status=RUNS)
    session = Lab().apply(workflow(node("run.fetch", "HTTP", "Running")), agent).session("run")
    assert [step.name for step in session.steps] == ["fetch"]


@pytest.mark.parametrize("late", [True, False])
def test_a_job_that_a_step_made_is_a_run_nested_in_it(late: bool) -> None:
    made = job("sweep", owner=workflow())
    its_pod = job_pod("sweep-x", made, status=RUNS)
    lab = Lab().apply(*((its_pod, made, workflow()) if late else (workflow(), made, its_pod)))
    assert lab.session("sweep").parent == lab.session("run").id
    assert lab.session("run").steps == (), "the Job's pod is a step of the Job"


def test_a_workflow_that_a_step_made_is_nested_too() -> None:
    outer = workflow(node("run.launch"))
    inner = workflow(node("inner.train", "Pod", "Running"), name="inner", owner=outer)
    its_pod = node_pod("inner.train", owner=inner, status=RUNS)
    lab = Lab().apply(inner, its_pod, outer)
    assert lab.session("inner").parent == lab.session("run").id
    assert [step.name for step in lab.session("inner").steps] == ["train"]
    assert [step.name for step in lab.session("run").steps] == ["launch"]


def test_orphaned_pods_stay_with_the_workflow_that_a_label_names() -> None:
    """`kubectl delete workflow --cascade=orphan` takes the owner from its pods."""
    orphan = node_pod("run.train", status=RUNS)
    del orphan["metadata"]["ownerReferences"]
    lab = Lab().apply(workflow(), node_pod("run.train", status=RUNS), orphan).delete(workflow())
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.name, [step.name for step in session.steps]) == ("run", ["train"])


def test_its_controller_is_no_run() -> None:
    controller = pod("workflow-controller-1", owner=thing("ReplicaSet", "workflow-controller", api="apps/v1"))
    assert Lab().apply(controller).sessions == {}


def test_other_kinds_named_workflow_are_not_meant() -> None:
    other = thing("Workflow", "run", api="example.com/v1")
    assert Lab().apply(other, pod("x", owner=other)).session("run").engine == "generic"


def test_what_it_asks_for_is_what_runs_at_once() -> None:
    def asks(count: int) -> Object:
        limits = {"nvidia.com/gpu": str(count)}
        return {"containers": [{"name": "main", "resources": {"limits": limits}}]}

    done = status("Succeeded", terminated(0, "Completed", seconds=20))
    lab = Lab().apply(
        workflow(),
        node_pod("run.prep", spec=asks(8), status=done),
        node_pod("run.train", spec=asks(4), status=RUNS, meta={"creationTimestamp": stamp(30)}),
        node_pod("run.eval", spec=asks(2), status=RUNS, meta={"creationTimestamp": stamp(31)}),
    )
    assert lab.session("run").requests.gpus == 8


@pytest.mark.parametrize("kind", ["Sensor", "EventSource"])
def test_what_listens_for_events_is_no_run(kind: str) -> None:
    listener = thing(kind, "s3", api=API)
    made = thing("Deployment", "s3-x", api="apps/v1", owner=listener)
    replicas = thing("ReplicaSet", "s3-x-1", api="apps/v1", owner=made)
    assert Lab().apply(listener, made, replicas, pod("s3-x-1-y", owner=replicas)).sessions == {}
