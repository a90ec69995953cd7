"""Steps of Argo Workflows: nodes folded to tasks, with attempts from pods and edges without the grouping."""

import base64
import gzip
import json
from typing import Any

import cramjam
import pytest

from schemas.contracts import Step
from stream_jobs.core.runs.workflows import NODES_LIMIT
from tests.stream_jobs.core.engines.argo_objects import LABEL, node, node_pod, workflow
from tests.support.lab import Lab, Object, running, stamp, status, terminated

RUNS = status("Running", running())
DONE = status("Succeeded", terminated(0, "Completed"))
FAILED = status("Failed", terminated(5))


def steps(item: Object, *pods: Object) -> dict[str, Step]:
    return {step.name: step for step in Lab().apply(item, *pods).session("run").steps}


def edges(item: Object) -> dict[str, tuple[str, ...]]:
    return {name: step.after for name, step in steps(item).items()}


def retried(name: str, phase: str, *children: str, **more: Any) -> Object:
    return node(name, "Pod", phase, *children, nodeFlag={"retried": True}, **more)


# --- names ----------------------------------------------------------------------------------------------


def test_a_run_of_one_container_is_named_as_its_template() -> None:
    plain = workflow(node("run", templateName="main"))
    assert list(steps(plain, node_pod("run", status=DONE))) == ["main"]
    assert list(steps(workflow(spec={"entrypoint": "train"}), node_pod("run"))) == ["train"], "no node yet"


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("run.train", "train"),
        ("run[0].train", "train"),
        ("run.train(2:eu-west.1)", "train"),
        ("run[1].train(0:lr=0.1,name=[3])(1)", "train"),
        ("run.prepare[0].fetch", "prepare.fetch"),
        ("run.sweep(0:a).train(1)", "sweep.train"),
        ("run.onExit", "onExit"),
        ("run.onExit[0].notify", "onExit.notify"),
        ("run.train.onExit", "train.onExit"),
    ],
)
def test_names_are_paths_of_tasks(name: str, step: str) -> None:
    assert list(steps(workflow(node(name)))) == [step]


@pytest.mark.parametrize(
    ("kind", "argo", "ours"),
    [
        ("Pod", "Pending", "Pending"),
        ("Pod", "Running", "Running"),
        ("Suspend", "Running", "Suspended"),
        ("Suspend", "Succeeded", "Succeeded"),
        ("Skipped", "Skipped", "Skipped"),
        ("Skipped", "Omitted", "Skipped"),
        ("HTTP", "Failed", "Failed"),
        ("Plugin", "Error", "Error"),
        ("Pod", "", "Pending"),
    ],
)
def test_phases_of_nodes(kind: str, argo: str, ours: str) -> None:
    (step,) = steps(workflow(node("run.a", kind, argo, message="said"))).values()
    assert (step.kind, step.phase, step.message) == (kind, ours, "said")


def test_a_skipped_step_has_no_attempt() -> None:
    assert steps(workflow(node("run.a", "Skipped", "Omitted")))["a"].attempts == ()


# --- edges ----------------------------------------------------------------------------------------------


def test_edges_of_a_dag() -> None:
    item = workflow(
        node("run", "DAG", "Running", "run.fetch"),
        node("run.fetch", "Pod", "Succeeded", "run.a", "run.b"),
        node("run.a", "Pod", "Succeeded", "run.join"),
        node("run.b", "Pod", "Succeeded", "run.join"),
        node("run.join", "Pod", "Running"),
    )
    assert edges(item) == {"fetch": (), "a": ("fetch",), "b": ("fetch",), "join": ("a", "b")}


def test_edges_go_through_step_groups() -> None:
    item = workflow(
        node("run", "Steps", "Running", "run[0]"),
        node("run[0]", "StepGroup", "Succeeded", "run[0].a", "run[0].b"),
        node("run[0].a", "Pod", "Succeeded", "run[1]"),
        node("run[0].b", "Pod", "Succeeded", "run[1]"),
        node("run[1]", "StepGroup", "Running", "run[1].c"),
        node("run[1].c", "Pod", "Running"),
    )
    assert edges(item) == {"a": (), "b": (), "c": ("a", "b")}


def test_edges_go_through_loops_retries_and_inner_dags() -> None:
    item = workflow(
        node("run", "DAG", "Running", "run.fetch"),
        node("run.fetch", "Pod", "Succeeded", "run.shard"),
        node("run.shard", "TaskGroup", "Succeeded", "run.shard(0:a)", "run.shard(1:b)"),
        node("run.shard(0:a)", "Retry", "Succeeded", "run.shard(0:a)(0)", "run.shard(0:a)(1)"),
        retried("run.shard(0:a)(0)", "Failed"),
        retried("run.shard(0:a)(1)", "Succeeded", "run.train"),
        node("run.shard(1:b)", "Pod", "Succeeded", "run.train"),
        node("run.train", "DAG", "Succeeded", "run.train.warm"),
        node("run.train.warm", "Pod", "Succeeded", "run.train.fit"),
        node("run.train.fit", "Pod", "Succeeded", "run.publish"),
        node("run.publish", "Pod", "Running"),
    )
    assert edges(item) == {
        "fetch": (),
        "shard": ("fetch",),
        "train.warm": ("shard",),
        "train.fit": ("train.warm",),
        "publish": ("train.fit",),
    }


def test_a_ring_of_nodes_ends() -> None:
    ring = workflow(
        node("run.a", "DAG", "Running", "run.b"), node("run.b", "DAG", "Running", "run.a", "run.c")
    )
    ring["status"]["nodes"]["run-x"] = node("run.c", "Pod", "Running") | {"id": "run-x"}
    assert edges(ring) == {"c": ()}


# --- attempts -------------------------------------------------------------------------------------------


def test_attempts_of_a_retry_in_order_whatever_their_ids() -> None:
    item = workflow(
        node("run.train", "Retry", "Failed", "run.train(0)", "run.train(1)", message="No more retries left"),
        *(retried(f"run.train({number})", "Failed", startedAt=stamp(number)) for number in (10, 2, 0, 1)),
        phase="Failed",
    )
    pods = [node_pod(f"run.train({number})", status=FAILED) for number in (1, 0)]
    step = steps(item, *pods)["train"]
    assert (step.phase, step.message) == ("Failed", "No more retries left")
    assert [each.number for each in step.attempts] == [1, 2, 3, 4]
    assert [each.pod for each in step.attempts[:2]] == [each["metadata"]["name"] for each in pods[::-1]]
    assert [each.exit_code for each in step.attempts[:2]] == [5, 5]


def test_between_two_attempts_the_step_runs() -> None:
    item = workflow(node("run.train", "Retry", "Running", "run.train(0)"), retried("run.train(0)", "Failed"))
    assert steps(item)["train"].phase == "Running"


def test_items_of_a_loop_are_one_step_counted_within_the_item() -> None:
    item = workflow(
        node("run.shard(0:a)", "Retry", "Succeeded", "run.shard(0:a)(0)", "run.shard(0:a)(1)"),
        retried("run.shard(0:a)(0)", "Failed"),
        retried("run.shard(0:a)(1)", "Succeeded"),
        node("run.shard(1:eu)", "Pod", "Failed", message="main: Error (exit code 5)"),
        node("run.shard(2:us)", "Pod", "Failed", message="main: Error (exit code 6)"),
        phase="Failed",
    )
    step = steps(item)["shard"]
    assert [each.number for each in step.attempts] == [1, 2, 1, 1]
    assert (step.phase, step.message) == ("Failed", "2 of 3 items: (1:eu) main: Error (exit code 5)")


@pytest.mark.parametrize(
    ("phases", "folded"),
    [
        (("Succeeded", "Succeeded"), "Succeeded"),
        (("Succeeded", "Running"), "Running"),
        (("Failed", "Running"), "Running"),
        (("Succeeded", "Pending"), "Running"),
        (("Pending", "Pending"), "Pending"),
        (("Succeeded", "Failed"), "Failed"),
        (("Failed", "Error"), "Error"),
        (("Skipped", "Succeeded"), "Succeeded"),
        (("Skipped", "Skipped"), "Skipped"),
    ],
)
def test_a_loop_stands_as_its_items_do(phases: tuple[str, ...], folded: str) -> None:
    items = [node(f"run.shard({place}:x)", "Pod", phase) for place, phase in enumerate(phases)]
    assert steps(workflow(*items))["shard"].phase == folded


def test_a_pod_that_argo_started_anew_is_another_attempt_of_the_node() -> None:
    """After a node was lost before the main container began; the node's id stays, the pod's uid does not."""
    lost = node_pod("run.train", status=status("Failed", reason="NodeLost"))
    again = node_pod("run.train", suffix="-again", status=RUNS, meta={"creationTimestamp": stamp(30)})
    step = steps(workflow(node("run.train", "Pod", "Running")), lost, again)["train"]
    assert [(each.number, each.phase) for each in step.attempts] == [(1, "Failed"), (2, "Running")]


def test_before_annotations_the_pods_name_is_the_node() -> None:
    old = node_pod("run.train", status=RUNS)
    old["metadata"]["name"] = old["metadata"]["annotations"][LABEL + "node-id"]
    del old["metadata"]["annotations"]
    step = steps(workflow(node("run.train", "Pod", "Running")), old)["train"]
    assert [each.pod for each in step.attempts] == [old["metadata"]["name"]]


def test_pods_that_were_never_seen_leave_what_their_node_tells() -> None:
    gone = node(
        "run.train",
        "Pod",
        "Failed",
        message="main: Error (exit code 17)",
        hostNodeName="gpu-1",
        outputs={"exitCode": "17"},
    )
    (attempt,) = steps(workflow(gone))["train"].attempts
    assert (attempt.node, attempt.phase, attempt.exit_code, attempt.pod) == ("gpu-1", "Failed", 17, "")


def test_a_pod_that_was_removed_before_its_end_was_seen_ended_as_argo_says() -> None:
    lab = Lab().apply(
        workflow(node("run.train", outputs={"exitCode": "0"})), node_pod("run.train", status=RUNS)
    )
    lab.delete(node_pod("run.train", status=RUNS))
    (attempt,) = lab.session("run").steps[0].attempts
    assert (attempt.phase, attempt.exit_code) == ("Succeeded", 0)


def test_a_pod_that_somebody_deleted_was_cancelled_and_its_step_is_an_error() -> None:
    lost = node("run.train", "Pod", "Error", message="pod deleted")
    lab = Lab().apply(workflow(lost, phase="Error"), node_pod("run.train", status=RUNS))
    lab.delete(node_pod("run.train", status=RUNS))
    (step,) = lab.session("run").steps
    assert (step.phase, step.attempts[0].phase, step.attempts[0].message) == (
        "Error",
        "Cancelled",
        "pod deleted",
    )


def test_containers_of_a_container_set_share_the_pod() -> None:
    whole = node("run.train", "Pod", "Running", "run.train.a")
    part = node("run.train.a", "Container", "Running", boundaryID=whole["id"])
    found = steps(workflow(whole, part), node_pod("run.train", status=RUNS))
    assert found["train.a"].attempts[0].pod == found["train"].attempts[0].pod != ""


def test_a_node_that_is_not_shown_yet_is_told_from_its_pod() -> None:
    found = steps(workflow(node("run", "DAG", "Running")), node_pod("run.train", status=RUNS))
    assert (found["train"].phase, found["train"].kind) == ("Running", "Pod")


# --- what is still to come ------------------------------------------------------------------------------

DAG = {
    "name": "main",
    "dag": {
        "tasks": [
            {"name": "prep"},
            {"name": "train", "dependencies": ["prep"]},
            {"name": "publish", "depends": "(train.Succeeded || prep.Failed) && !later"},
        ]
    },
}
STEPS = {
    "name": "main",
    "steps": [[{"name": "prep"}], [{"name": "train"}, {"name": "test"}], [{"name": "publish"}]],
}
PREP = node("run.prep", "Pod", "Running")


@pytest.mark.parametrize(
    ("template", "kind", "name", "after"),
    [
        (DAG, "DAG", "run.prep", {"prep": (), "train": ("prep",), "publish": ("train", "prep")}),
        (
            STEPS,
            "Steps",
            "run[0].prep",
            {"prep": (), "train": ("prep",), "test": ("prep",), "publish": ("train", "test")},
        ),
    ],
)
def test_planned_tasks_are_pending_steps(
    template: Object, kind: str, name: str, after: dict[str, tuple[str, ...]]
) -> None:
    root = node("run", kind, "Running", name, templateName="main")
    found = steps(workflow(root, node(name, "Pod", "Running"), spec={"templates": [template]}))
    assert {step: each.after for step, each in found.items()} == after
    assert {each.phase for step, each in found.items() if step != "prep"} == {"Pending"}


def test_planned_tasks_of_a_run_that_ended_were_skipped() -> None:
    root = node("run", "DAG", "Failed", "run.prep", templateName="main")
    failed = workflow(root, node("run.prep", "Pod", "Failed"), phase="Failed", spec={"templates": [DAG]})
    assert steps(failed)["publish"].phase == "Skipped"


def test_templates_of_a_workflow_template_are_read_where_argo_keeps_them() -> None:
    root = node("run", "DAG", "Running", "run.prep", templateName="main")
    stored = {"storedWorkflowTemplateSpec": {"entrypoint": "main", "templates": [DAG]}}
    item = workflow(root, PREP, spec={"workflowTemplateRef": {"name": "tpl"}}, status=stored)
    assert list(steps(item)) == ["prep", "train", "publish"]


def test_a_loop_that_began_is_not_planned_once_more() -> None:
    root = node("run", "DAG", "Running", "run.prep", templateName="main")
    found = steps(workflow(root, node("run.prep(0:a)"), PREP, spec={"templates": [DAG]}))
    assert list(found).count("prep") == 1


# --- where the nodes are kept ---------------------------------------------------------------------------


def packed(data: bytes) -> Object:
    return workflow(status={"compressedNodes": base64.b64encode(data).decode()})


NODES = json.dumps({"run.a": node("run.a"), "run.b": node("run.b", "Pod", "Running")}).encode()


@pytest.mark.parametrize(
    "data",
    [gzip.compress(NODES), bytes(cramjam.zstd.compress(NODES)), bytes(cramjam.brotli.compress(NODES))],
    ids=["gzip", "zstd", "brotli"],
)
def test_large_workflows_pack_their_nodes(data: bytes) -> None:
    assert {name: step.phase for name, step in steps(packed(data)).items()} == {
        "a": "Succeeded",
        "b": "Running",
    }


@pytest.mark.parametrize(
    "data",
    [
        b"no such thing",
        gzip.compress(NODES)[:-20],
        gzip.compress(b"[]"),
        gzip.compress(b" " * (NODES_LIMIT + 1)),
    ],
    ids=["garbage", "cut off", "other shape", "bomb"],
)
def test_nodes_that_cannot_be_unpacked_are_said_and_pods_tell(data: bytes) -> None:
    lab = Lab().apply(packed(data), node_pod("run.train", status=RUNS))
    assert lab.refused == []
    assert "cannot be read" in lab.session("run").message
    assert [step.name for step in lab.session("run").steps] == ["train"]


def test_nodes_in_a_database_are_said_and_pods_tell() -> None:
    offloaded = workflow(status={"offloadNodeStatusVersion": "fnv:1"})
    session = Lab().apply(offloaded, node_pod("run.train", status=RUNS)).session("run")
    assert "database" in session.message
    assert [step.name for step in session.steps] == ["train"]
