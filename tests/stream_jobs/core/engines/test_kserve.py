"""KServe: a rollout is a session, raw or with Knative; what is ready is Running and silent."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, condition, pod, running, stamp, status, terminated, thing

READY = condition("Ready", seconds=20)
NOT_READY = condition("Ready", "False", "PredictorNotReady", "no replica", seconds=20)
RUNS = status("Running", running(name="kserve-container"), conditions=[condition("Ready", seconds=15)])


def service(*conditions: Object, model: Object | None = None, **parts: Any) -> Object:
    stand: Object = {"conditions": list(conditions)} | ({"modelStatus": model} if model else {})
    return thing("InferenceService", "churn", api="serving.kserve.io/v1beta1", spec={}, status=stand, **parts)


def labels(component: str = "predictor") -> dict[str, str]:
    return {"serving.kserve.io/inferenceservice": "churn", "component": component}


def deployment(component: str = "predictor", owner: Object | None = None) -> Object:
    return thing(
        "Deployment", f"churn-{component}", api="apps/v1", owner=owner or service(), labels=labels(component)
    )


def replicas(number: int = 1, component: str = "predictor", owner: Object | None = None) -> Object:
    return thing(
        "ReplicaSet",
        f"churn-{component}-{number}",
        api="apps/v1",
        owner=owner or deployment(component),
        labels=labels(component),
        annotations={"deployment.kubernetes.io/revision": str(number)},
        meta={"creationTimestamp": stamp(number * 100)},
    )


def serving(name: str, of: Object, component: str = "predictor", **parts: Any) -> Object:
    seconds = int(of["metadata"]["annotations"]["deployment.kubernetes.io/revision"]) * 100 + 1
    meta = {"creationTimestamp": stamp(seconds)}
    return pod(name, owner=of, labels=labels(component), meta=meta, **{"status": RUNS} | parts)


def shown(lab: Lab) -> dict[str, tuple[str, int]]:
    return {each.run: (each.phase, each.attempt) for each in lab.sessions.values() if not each.withdrawn}


def test_a_service_with_its_components_is_one_session() -> None:
    first, beside = replicas(), replicas(component="transformer")
    lab = Lab().apply(
        serving("p", first),
        serving("t", beside, "transformer"),
        first,
        beside,
        deployment(),
        deployment("transformer"),
        service(READY),
    )
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.kind, session.name, session.phase) == (
        "kserve",
        "InferenceService",
        "churn",
        "Running",
    )
    assert {each.name: each.phase for each in session.steps} == {
        "predictor": "Running",
        "transformer": "Running",
    }
    assert (session.verdict, lab.failures()) == (None, set())


def test_a_change_of_it_is_another_rollout_and_the_old_one_has_served() -> None:
    old, new = replicas(1), replicas(2)
    lab = Lab().apply(service(READY), deployment(), old, serving("a", old))
    lab.apply(new, serving("b", new)).event(old, "SuccessfulDelete", "Deleted pod: a", seconds=210)
    lab.delete(serving("a", old), seconds=211)
    assert shown(lab) == {"churn-predictor-1": ("Succeeded", 1), "churn-predictor-2": ("Running", 2)}
    assert lab.failures() == set()


@pytest.mark.parametrize("named", [True, False])
def test_with_knative_the_label_is_what_counts(named: bool) -> None:
    """The chain has four kinds in between, which may not be collected."""
    revision = thing("Revision", "churn-predictor-00001", api="serving.knative.dev/v1")
    made = deployment(owner=revision)
    first = replicas(owner=made)
    lab = Lab().apply(serving("a", first), first, made, *((service(READY),) if named else ()))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.name, session.phase) == ("kserve", "churn", "Running")


@pytest.mark.parametrize(
    ("conditions", "model", "parts", "phase"),
    [
        ((), None, {}, "Pending"),
        ((NOT_READY,), {"transitionStatus": "InProgress"}, {}, "Pending"),
        ((READY,), {"transitionStatus": "UpToDate"}, {}, "Running"),
        ((NOT_READY,), {"transitionStatus": "BlockedByFailedLoad"}, {}, "Failed"),
        ((READY,), {"transitionStatus": "BlockedByFailedLoad"}, {}, "Failed"),  # the old one still serves
        ((NOT_READY,), {"transitionStatus": "InvalidSpec"}, {}, "Error"),
        (
            (NOT_READY,),
            {"transitionStatus": "BlockedByFailedLoad", "lastFailureInfo": {"reason": "NoSupportingRuntime"}},
            {},
            "Error",
        ),
        ((NOT_READY,), None, {"annotations": {"serving.kserve.io/stop": "true"}}, "Suspended"),
        ((NOT_READY, condition("Stopped")), None, {}, "Suspended"),
    ],
)
def test_phases(conditions: tuple[Object, ...], model: Object | None, parts: Any, phase: str) -> None:
    assert Lab().apply(service(*conditions, model=model, **parts)).session("churn").phase == phase


def test_one_that_served_and_ails_goes_on() -> None:
    session = Lab().apply(service(READY), service(NOT_READY)).session("churn")
    assert (session.phase, session.message) == ("Running", "PredictorNotReady: no replica")


def test_a_model_that_does_not_load_is_told_and_explained_by_its_pod() -> None:
    info = {"reason": "ModelLoadFailed", "message": "no such file", "location": "churn-predictor"}
    blocked = service(NOT_READY, model={"transitionStatus": "BlockedByFailedLoad", "lastFailureInfo": info})
    first = replicas()
    died = status(
        "Running", running(name="main", restartCount=1, lastState=terminated(137, "OOMKilled")["state"])
    )
    session = Lab().apply(blocked, deployment(), first, serving("a", first, status=died)).session("churn")
    assert (session.phase, session.message) == ("Failed", "ModelLoadFailed: no such file")
    assert session.verdict is not None
    assert session.verdict.failure == "container-oom-killed"


def test_the_same_name_again_is_another_service() -> None:
    old = replicas()
    again = service(READY, meta={"uid": "uid-again", "creationTimestamp": stamp(500)})
    lab = (
        Lab().apply(service(READY), deployment(), old, serving("a", old)).delete(service(READY), seconds=400)
    )
    lab.delete(serving("a", old), seconds=401).apply(again)
    assert {each.uid for each in lab.sessions.values() if not each.withdrawn} == {
        "uid-inferenceservice-churn",
        "uid-again",
    }


def test_a_service_for_language_models_is_one_run() -> None:
    llm = thing(
        "LLMInferenceService", "chat", api="serving.kserve.io/v1alpha1", status={"conditions": [READY]}
    )
    made = thing("Deployment", "chat-kserve", api="apps/v1", owner=llm)
    first = thing(
        "ReplicaSet",
        "chat-kserve-1",
        api="apps/v1",
        owner=made,
        annotations={"deployment.kubernetes.io/revision": "3"},
    )
    workload = {"app.kubernetes.io/component": "llminferenceservice-workload"}
    lab = Lab().apply(llm, made, first, pod("chat-x", owner=first, labels=workload, status=RUNS))
    session = lab.session("chat")
    assert (session.kind, session.phase, session.attempt) == ("LLMInferenceService", "Running", 3)
    assert [each.name for each in session.steps] == ["llminferenceservice-workload"]
    assert lab.failures() == set()
