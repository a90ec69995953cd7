"""Flyte: executions of version 1 by their numbered phases, runs of version 2 by their actions."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, at, condition, pod, running, stamp, status, terminated, thing

RUNS = status("Running", running())
WHERE = {"project": "ml", "domain": "production"}
GRAPH = {
    "id": "ml:production:churn.train",
    "nodes": {
        "start-node": {"id": "start-node", "kind": "start"},
        "n0": {"id": "n0", "name": "load", "kind": "task"},
        "n1": {"id": "n1", "name": "train", "kind": "task"},
    },
    "edges": {"upstream": {"n0": ["start-node"], "n1": ["n0"]}},
}


def execution(phase: int | None = 1, *, spec: Object | None = GRAPH, **stand: Any) -> Object:
    labels = WHERE | {"execution-id": "f9c2", "workflow-name": "churn-train", "shard-key": "3"}
    told = None if phase is None else {"phase": phase, "startedAt": stamp(2)} | stand
    return thing(
        "FlyteWorkflow",
        "f9c2",
        api="flyte.lyft.com/v1alpha1",
        labels=labels,
        spec=spec,
        status=told,
        acceptedAt=stamp(1),
    )


def node_pod(node: str, attempt: int = 0, owner: Object | None = None, **parts: Any) -> Object:
    labels = WHERE | {
        "execution-id": "f9c2",
        "workflow-name": "churn-train",
        "node-id": node,
        "task-name": "t",
    }
    return pod(
        f"f9c2-{node}-{attempt}",
        owner=owner,
        labels=labels,
        meta={"creationTimestamp": stamp(5 + attempt)},
        **parts,
    )


@pytest.mark.parametrize(
    ("phase", "more", "told"),
    [
        (None, {}, "Pending"),
        (0, {}, "Pending"),
        (1, {}, "Running"),
        (2, {}, "Running"),
        (3, {}, "Succeeded"),
        (4, {}, "Running"),
        (5, {}, "Failed"),
        (5, {"error": {"code": "x", "kind": "SYSTEM"}}, "Error"),
        (6, {}, "Cancelled"),
        (7, {}, "Running"),
        (99, {}, "Pending"),
    ],
)
def test_phases(phase: int | None, more: Object, told: str) -> None:
    session = Lab().apply(execution(phase, **more)).session("f9c2")
    assert (session.engine, session.kind, session.phase) == ("flyte", "FlyteWorkflow", told)


def test_nodes_are_steps_with_their_order_and_tries() -> None:
    nodes = {
        "start-node": {"phase": 5},
        "n0": {"phase": 5, "cached": True},
        "n1": {"phase": 2, "attempts": 2, "startedAt": stamp(6)},
    }
    run = execution(1, nodeStatus=nodes)
    failed = node_pod("n1", 0, run, status=status("Failed", terminated(1)))
    lab = Lab().apply(failed, node_pod("n1", 1, run, status=RUNS), run)
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.definition, session.run, session.queued) == ("churn-train", "f9c2", at(1))
    assert [(each.name, each.phase, each.after) for each in session.steps] == [
        ("load", "Succeeded", ()),
        ("train", "Running", ("load",)),
    ]
    assert "cache" in session.steps[0].message
    assert [(each.number, each.phase) for each in session.steps[1].attempts] == [
        (1, "Failed"),
        (2, "Running"),
    ]


@pytest.mark.parametrize("owned", [True, False])
def test_a_failed_node_fails_the_execution_and_its_pod_says_why(owned: bool) -> None:
    nodes = {
        "n1": {
            "phase": 6,
            "stoppedAt": stamp(70),
            "error": {"code": "USER", "message": "boom", "kind": "USER"},
        }
    }
    run = execution(5, nodeStatus=nodes, stoppedAt=stamp(80), error={"code": "USER", "message": "boom"})
    dead = node_pod("n1", 0, run if owned else None, status=status("Failed", terminated(137, "OOMKilled")))
    session = Lab().apply(dead, run).session("f9c2")
    assert (session.message, session.ended, session.steps[1].phase) == ("USER: boom", at(80), "Failed")
    assert session.verdict is not None
    assert session.verdict.failure == "container-oom-killed"
    if owned:  # without owners (DisableInjectOwnerReferences) only the labels tie them
        assert session.verdict.path[-1].failure == "workflow-failed"


def test_without_the_graph_its_status_tells_the_nodes() -> None:
    run = execution(1, spec=None, nodeStatus={"n0": {"phase": 1}}) | {"workflowClosureReference": "s3://x"}
    assert [(each.name, each.phase) for each in Lab().apply(run).session("f9c2").steps] == [("n0", "Pending")]


def test_older_graphs_name_what_follows() -> None:
    old = {key: value for key, value in GRAPH.items() if key != "edges"} | {"connections": {"n0": ["n1"]}}
    assert Lab().apply(execution(spec=old)).session("f9c2").steps[1].after == ("load",)


def test_clearing_up_after_the_end_is_no_cancelling() -> None:
    lab = Lab().apply(execution(3)).delete(execution(3), seconds=900)
    assert lab.session("f9c2").phase == "Succeeded"
    assert Lab().apply(execution(1)).delete(execution(1)).session("f9c2").phase == "Cancelled"


def test_a_few_of_the_bare_labels_do_not_make_it_flyte() -> None:
    lab = Lab().apply(pod("x", labels={"project": "a", "domain": "b", "execution-id": "c"}))
    assert lab.session("x").engine == "pod"


def test_what_a_plugin_made_is_a_run_within_it() -> None:
    run = execution(1)
    ray = thing("RayJob", "f9c2-n1-0", api="ray.io/v1", owner=run, spec={}, status={})
    assert Lab().apply(run, ray).session("f9c2-n1-0").parent == Lab().apply(run).session("f9c2").id


# --- version 2 ------------------------------------------------------------------------------------------


def action(name: str, *conditions: Object, parent: str = "", **stand: Any) -> Object:
    body = WHERE | {
        "org": "acme",
        "runName": "r7k",
        "actionName": name,
        "taskType": "python",
        "inputUri": "s3://in",
    }
    if parent:
        body["parentActionName"] = parent
    return thing(
        "TaskAction",
        f"r7k-{name}",
        api="flyte.org/v1",
        spec=body,
        status={"conditions": list(conditions)} | stand,
    )


def action_pod(name: str, attempt: int = 1, **parts: Any) -> Object:
    labels = WHERE | {"flyte.org/managed": "true", "run": "r7k", "action": name, "attempt": str(attempt)}
    meta = {"creationTimestamp": stamp(5 + attempt)}
    return pod(f"r7k-{name}-{attempt - 1}", owner=action(name), labels=labels, meta=meta, **parts)


@pytest.mark.parametrize(
    ("conditions", "phase"),
    [
        ((), "Pending"),
        ((condition("Progressing", reason="Queued"),), "Pending"),
        ((condition("Progressing", reason="Executing"),), "Running"),
        ((condition("Progressing", reason="RetryableFailure"),), "Running"),
        ((condition("Progressing", reason="Paused"),), "Suspended"),
        ((condition("Succeeded", reason="Completed"), condition("Progressing", "False")), "Succeeded"),
        ((condition("Failed", reason="PermanentFailure"),), "Failed"),
        ((condition("Failed", reason="TimedOut"),), "Failed"),
        ((condition("Failed", reason="Aborted"),), "Cancelled"),
        ((condition("Failed", reason="PluginNotFound"),), "Error"),
    ],
)
def test_phases_of_an_action(conditions: tuple[Object, ...], phase: str) -> None:
    session = Lab().apply(action("a0", *conditions)).session("r7k")
    assert (session.engine, session.phase, session.steps[0].phase) == ("flyte", phase, phase)


def test_actions_of_one_run_are_one_session_and_the_root_tells_how_it_stands() -> None:
    going = condition("Progressing", reason="Executing")
    lab = Lab().apply(
        action_pod("a1", 1, status=status("Failed", terminated(1))),
        action_pod("a1", 2, status=RUNS),
        action("a1", going, parent="a0"),
        action("a0", going),
    )
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.id.rpartition("/ml/production/")[2], session.phase) == ("r7k", "Running")
    assert [(each.name, each.after) for each in sorted(session.steps, key=lambda each: each.name)] == [
        ("a0", ()),
        ("a1", ("a0",)),
    ]


def test_a_failed_action_fails_its_run() -> None:
    failed = condition("Failed", reason="PermanentFailure", message="exit code 3")
    lab = Lab().apply(action("a0", failed), action_pod("a0", status=status("Failed", terminated(3))))
    verdict = lab.session("r7k").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.path[-1].failure) == ("container-exit-error", "workflow-failed")
    assert "Flyte run r7k failed" in verdict.path[-1].title


def test_pods_alone_tell_what_they_can() -> None:
    session = Lab().apply(action_pod("a0", status=RUNS)).session("r7k")
    assert session.phase == "Running"
    assert "not seen" in session.message
