"""Seldon: deployments of version 1 with their rollouts; servers and models of version 2."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, condition, pod, running, status, terminated, thing

RUNS = status("Running", running(), conditions=[condition("Ready", seconds=15)])


def deployment(state: str = "Available", description: str = "", **parts: Any) -> Object:
    stand = {"state": state, "description": description, "deploymentStatus": {"iris-0": {"replicas": 1}}}
    return thing(
        "SeldonDeployment", "iris", api="machinelearning.seldon.io/v1", spec={}, status=stand, **parts
    )


def replicas(number: int = 1) -> Object:
    made = thing("Deployment", "iris-default-0", api="apps/v1", owner=deployment())
    revision = {"deployment.kubernetes.io/revision": str(number)}
    return thing("ReplicaSet", f"iris-default-0-{number}", api="apps/v1", owner=made, annotations=revision)


def made() -> Object:
    return thing("Deployment", "iris-default-0", api="apps/v1", owner=deployment())


def serving(name: str = "iris-x", **parts: Any) -> Object:
    labels = {"seldon-deployment-id": "iris", "seldon-app": "iris-default"}
    return pod(name, owner=replicas(), labels=labels, **{"status": RUNS} | parts)


@pytest.mark.parametrize("first", [True, False])
def test_a_deployment_and_its_pods_are_one_session(first: bool) -> None:
    chain = [deployment(), made(), replicas(2), replicas()]
    lab = Lab().apply(*((*chain, serving()) if first else (serving(), *chain[::-1])))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.name, session.phase, session.attempt) == ("seldon", "iris", "Running", 2)
    assert [(each.name, each.phase) for each in session.steps] == [("iris-default", "Running")]
    assert (session.verdict, lab.failures()) == (None, set())


@pytest.mark.parametrize(
    ("state", "phase"),
    [("", "Pending"), ("Creating", "Pending"), ("Available", "Running"), ("Failed", "Failed")],
)
def test_phases(state: str, phase: str) -> None:
    session = Lab().apply(deployment(state, "because")).session("iris")
    assert (session.phase, session.message) == (phase, "" if state == "Available" else "because")


def test_one_that_is_changed_still_serves() -> None:
    lab = Lab().apply(deployment("Creating"), made(), replicas(), serving())
    assert lab.session("iris").phase == "Running"


def test_a_failed_one_is_explained_by_its_pod() -> None:
    died = running(restartCount=1, lastState=terminated(137, "OOMKilled")["state"])
    lab = Lab().apply(deployment("Failed"), made(), replicas(), serving(status=status("Running", died)))
    verdict = lab.session("iris").verdict
    assert verdict is not None
    assert verdict.failure == "container-oom-killed"


def test_without_the_deployment_the_label_tells() -> None:
    session = Lab().apply(serving()).session("iris")
    assert (session.kind, session.phase) == ("SeldonDeployment", "Running")


def test_a_model_is_loaded_into_a_server_and_has_no_pods() -> None:
    api = "mlops.seldon.io/v1alpha1"
    server = thing("Server", "mlserver", api=api, status={"conditions": [condition("Ready")]})
    own = thing("StatefulSet", "mlserver", api="apps/v1", owner=server)
    labels = {"seldon-server-name": "mlserver"}
    model = thing(
        "Model", "churn", api=api, spec={"server": "mlserver"}, status={"conditions": [condition("Ready")]}
    )
    lab = Lab().apply(server, own, pod("mlserver-0", owner=own, labels=labels, status=RUNS), model)
    assert {
        each.name: (each.phase, len(each.steps)) for each in lab.sessions.values() if not each.withdrawn
    } == {
        "mlserver": ("Running", 1),
        "churn": ("Running", 0),
    }
    assert [each.name for each in lab.cell.uses(lab.known(model))] == ["mlserver"]


def test_a_model_that_does_not_load_says_so() -> None:
    failed = condition("Ready", "False", "ModelFailed", "no such artifact")
    model = thing("Model", "churn", api="mlops.seldon.io/v1alpha1", spec={}, status={"conditions": [failed]})
    session = Lab().apply(model).session("churn")
    assert (session.phase, session.message) == ("Pending", "ModelFailed: no such artifact")
