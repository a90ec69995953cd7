"""Notebooks, Workspaces and TensorBoards: each pod's life is an activation, and what is well is silent."""

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
    waiting,
)

READY = [condition("Ready", seconds=12)]
RUNS = status("Running", running(), conditions=READY)


def notebook(stand: Object | None = None, **parts: Any) -> Object:
    return thing("Notebook", "lab", api="kubeflow.org/v1", spec={"template": {}}, status=stand or {}, **parts)


def stateful_set(of: Object) -> Object:
    return thing("StatefulSet", "lab", api="apps/v1", owner=of, spec={"replicas": 1})


def activation(uid: str, seconds: float = 1, of: Object | None = None, **parts: Any) -> Object:
    labels = {"notebook-name": "lab", "statefulset": "lab"}
    owner = stateful_set(of or notebook())
    return pod(
        "lab-0", owner=owner, labels=labels, meta={"uid": uid, "creationTimestamp": stamp(seconds)}, **parts
    )


def shown(lab: Lab) -> dict[str, str]:
    return {each.run: each.phase for each in lab.sessions.values() if not each.withdrawn}


def test_a_notebook_its_set_and_its_pod_are_one_session() -> None:
    own = notebook(annotations={"notebooks.kubeflow.org/creator": "ana"})
    lab = Lab().apply(activation("p1", status=RUNS), stateful_set(own), own)
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.kind, session.name, session.user) == (
        "notebook",
        "Notebook",
        "lab",
        "ana",
    )
    assert (session.phase, session.verdict, lab.failures()) == ("Running", None, set())
    assert [(each.name, len(each.attempts)) for each in session.steps] == [("notebook", 1)]


def test_a_start_after_a_stop_is_another_activation() -> None:
    own, first = notebook(), activation("p1", status=RUNS)
    stopped = notebook(annotations={"kubeflow-resource-stopped": stamp(50)})
    lab = Lab().apply(own, stateful_set(own), first, stopped).delete(first, seconds=55)
    assert shown(lab) == {"p1": "Suspended"}
    lab.apply(own, activation("p2", 100, status=RUNS))
    assert shown(lab) == {"p1": "Succeeded", "p2": "Running"}
    assert lab.cell.homes["uid-notebook-lab"] == ("lab/notebook/ml/p2",)


@pytest.mark.parametrize(
    ("own", "pods", "phase"),
    [
        (notebook(), [], "Pending"),
        (notebook({"readyReplicas": 1, "containerState": {"running": {}}}), [], "Running"),
        (notebook({"containerState": {"terminated": {"exitCode": 1, "message": "boom"}}}), [], "Failed"),
        (notebook(), [activation("p1", status=status("Pending", waiting("ImagePullBackOff")))], "Pending"),
        # The kubelet starts it anew: the notebook goes on.
        (
            notebook({"containerState": {"terminated": {"exitCode": 137}}}),
            [activation("p1", status=RUNS)],
            "Running",
        ),
    ],
)
def test_phases(own: Object, pods: list[Object], phase: str) -> None:
    assert Lab().apply(own, stateful_set(own), *pods).session("lab").phase == phase


def test_a_kernel_out_of_memory_is_told() -> None:
    again = running(seconds=70, restartCount=1, lastState=terminated(137, "OOMKilled")["state"])
    lab = Lab().apply(notebook(), stateful_set(notebook()), activation("p1", status=status("Running", again)))
    verdict = lab.session("lab").verdict
    assert verdict is not None
    assert verdict.failure == "container-oom-killed"


def test_a_deleted_notebook_was_cancelled() -> None:
    lab = Lab().apply(notebook()).delete(notebook(), seconds=40)
    assert (lab.session("lab").phase, lab.session("lab").ended) == ("Cancelled", at(40))


def test_the_owner_of_the_profile_is_the_user_where_nobody_else_is_named() -> None:
    profile = thing("Namespace", "ml", namespace="", annotations={"owner": "bo@example.com"})
    assert Lab().apply(profile, notebook()).session("lab").user == "bo@example.com"


@pytest.mark.parametrize(
    ("state", "spec", "phase"),
    [
        ("Running", {}, "Running"),
        ("Pending", {}, "Pending"),
        ("Paused", {"paused": True}, "Suspended"),
        ("Error", {}, "Failed"),
        ("Unknown", {}, "Pending"),
    ],
)
def test_workspaces(state: str, spec: Object, phase: str) -> None:
    stand = {"state": state, "stateMessage": "because", "pauseTime": 0}
    found = thing("Workspace", "lab", api="kubeflow.org/v1beta1", spec=spec, status=stand)
    labels = {"notebooks.kubeflow.org/workspace-name": "lab"}
    own = thing("StatefulSet", "ws-lab-x", api="apps/v1", owner=found, spec={})
    lab = Lab().apply(found, own)
    assert (lab.session("lab").kind, lab.session("lab").phase) == ("Workspace", phase)
    lab.apply(pod("ws-lab-x-0", owner=own, labels=labels, status=RUNS))
    assert len([each for each in lab.sessions.values() if not each.withdrawn]) == 1


def test_a_tensorboard_is_told_by_its_deployment_s_pod() -> None:
    board = thing(
        "Tensorboard", "runs", api="tensorboard.kubeflow.org/v1alpha1", spec={"logspath": "pvc://d/l"}
    )
    made = thing("Deployment", "runs", api="apps/v1", owner=board, spec={})
    replicas = thing("ReplicaSet", "runs-1", api="apps/v1", owner=made, spec={})
    lab = Lab().apply(board, made, replicas, pod("runs-1-x", owner=replicas, status=RUNS))
    session = lab.session("runs")
    assert (session.engine, session.kind, session.phase) == ("notebook", "Tensorboard", "Running")


def test_without_the_notebook_its_pod_tells() -> None:
    session = Lab().apply(activation("p1", status=RUNS)).session("lab")
    assert (session.kind, session.phase) == ("Notebook", "Running")
