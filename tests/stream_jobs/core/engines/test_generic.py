"""A custom resource that nobody knows is a session when it has pods; how it stands is read from its words."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, at, job, pod, running, stamp, status, terminated

GROUP = "sim.example.com"


def sweep(name: str = "sweep", stands: dict[str, Any] | None = None, **meta: Any) -> Object:
    return {
        "apiVersion": f"{GROUP}/v1",
        "kind": "Sweep",
        "metadata": {
            "name": name,
            "namespace": "team",
            "uid": f"uid-{name}",
            "creationTimestamp": stamp(0),
            **meta,
        },
        "status": stands or {},
    }


def under(owner: Object, name: str, made: Object) -> Object:
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    made["metadata"] |= {"name": name, "ownerReferences": [reference]}
    return made


UP = status("Running", running())


def condition(kind: str, state: str = "True", **more: Any) -> dict[str, Any]:
    return {"conditions": [{"type": kind, "status": state, "lastTransitionTime": stamp(90), **more}]}


@pytest.mark.parametrize(
    ("stands", "phase"),
    [
        ({}, "Running"),
        ({"phase": "Completed"}, "Succeeded"),
        ({"state": "FAILED"}, "Failed"),
        ({"phase": "Paused"}, "Suspended"),
        ({"phase": "Reticulating"}, "Running"),
        ({"phase": 3}, "Running"),
        ({"conditions": "all well"}, "Running"),
        (condition("Failed", reason="Diverged", message="loss is not a number"), "Failed"),
        (condition("Failed", "False"), "Running"),
        (condition("Ready", "False"), "Running"),
        (condition("Succeeded"), "Succeeded"),
        (condition("Degraded"), "Running"),
    ],
)
def test_how_it_stands(stands: dict[str, Any], phase: str) -> None:
    head = sweep(stands=stands)
    lab = Lab().apply(head, under(head, "sweep-0", pod("sweep-0", status=UP)))
    session = lab.session("sweep")
    assert (session.engine, session.kind, session.name, session.phase) == ("generic", "Sweep", "sweep", phase)
    assert [attempt.pod for step in session.steps for attempt in step.attempts] == ["sweep-0"]
    assert lab.refused == []


def test_its_own_words_and_end_are_told() -> None:
    head = sweep(stands=condition("Failed", message="loss is not a number"))
    session = Lab().apply(head, under(head, "sweep-0", pod("sweep-0", status=UP))).session("sweep")
    assert (session.message, session.ended) == ("loss is not a number", at(90))


def test_a_job_under_it_is_a_run_inside() -> None:
    head = sweep()
    inner = under(head, "sweep-fit", job("sweep-fit"))
    lab = Lab().apply(head, inner, under(inner, "sweep-fit-x", pod("sweep-fit-x", status=UP)))
    found = {each.engine: each for each in lab.sessions.values() if not each.withdrawn}
    assert found.keys() == {"generic", "job"}
    assert (found["job"].parent, found["job"].link) == (found["generic"].id, "owner")


def test_an_owner_that_was_never_seen_is_named_by_its_pods() -> None:
    head = sweep()
    ended = status("Succeeded", terminated(0, "Completed"))
    session = Lab().apply(under(head, "sweep-0", pod("sweep-0", status=ended))).session("sweep")
    assert (session.engine, session.kind, session.name) == ("generic", "Sweep", "sweep")
    assert session.phase == "Succeeded"


@pytest.mark.parametrize("kind", ["CronWorkflow", "WorkflowTemplate"])
def test_what_starts_runs_of_an_engine_is_none_itself(kind: str) -> None:
    head = sweep() | {"apiVersion": "argoproj.io/v1alpha1", "kind": kind}
    lab = Lab().apply(head, under(head, "x", pod("x", status=UP)))
    assert [each.engine for each in lab.sessions.values()] == []


def test_without_pods_it_is_no_run() -> None:
    assert Lab().apply(sweep(stands={"phase": "Running"})).sessions == {}


@pytest.mark.parametrize("operator_was_seen", [True, False])
def test_what_keeps_a_service_up_is_no_run(operator_was_seen: bool) -> None:
    top = sweep("prometheus")
    kept = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"uid": "uid-set", "namespace": "team"},
    }
    made = under(top, "prometheus-k8s", kept | {"spec": {"replicas": 1}})
    item = under(made, "prometheus-k8s-0", pod("prometheus-k8s-0", namespace="team", status=UP))
    lab = Lab().apply(*([top] if operator_was_seen else []), made, item)
    assert [each for each in lab.sessions.values() if not each.withdrawn] == []
