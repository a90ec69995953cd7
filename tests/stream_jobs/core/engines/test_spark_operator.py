"""Kubeflow's Spark Operator: applications with retries, schedules, drivers of one name, pods by label."""

from typing import Any

import pytest

from tests.stream_jobs.core.engines.spark_objects import APP, driver, executor
from tests.support.lab import Lab, Object, at, stamp, status, terminated, thing

API = "sparkoperator.k8s.io/v1beta2"


def application(
    state: str = "", spec: Object | None = None, meta: Object | None = None, **stand: Any
) -> Object:
    error = {"errorMessage": stand.pop("error")} if "error" in stand else {}
    told = {"applicationState": {"state": state} | error, "terminationTime": None} | stand
    return thing("SparkApplication", "pi", api=API, spec=spec or {}, status=told, **(meta or {}))


def own_driver(of: Object, **parts: Any) -> Object:
    """The webhook appends an owner that is not marked as the controller."""
    head = driver(labels={"sparkoperator.k8s.io/app-name": "pi"}, **parts)
    owner = {key: of["metadata"][key] for key in ("name", "uid")}
    head["metadata"]["ownerReferences"] = [{"apiVersion": API, "kind": "SparkApplication"} | owner]
    return head


@pytest.mark.parametrize(
    ("state", "phase"),
    [
        ("", "Pending"),
        ("SUBMITTED", "Pending"),
        ("RUNNING", "Running"),
        ("SUCCEEDING", "Running"),
        ("FAILING", "Running"),
        ("PENDING_RERUN", "Pending"),
        ("INVALIDATING", "Pending"),
        ("COMPLETED", "Succeeded"),
        ("FAILED", "Failed"),
        ("SUBMISSION_FAILED", "Error"),
        ("UNKNOWN", "Error"),
        ("SUSPENDED", "Suspended"),
        ("RESUMING", "Pending"),
    ],
)
def test_phases(state: str, phase: str) -> None:
    session = Lab().apply(application(state)).session("pi")
    assert (session.engine, session.kind, session.phase) == ("spark-operator", "SparkApplication", phase)


def test_an_application_takes_its_driver_and_the_executors_of_it() -> None:
    app = application("RUNNING", sparkApplicationId=APP)
    head = own_driver(app)
    lab = Lab().apply(executor(1, head), head, app)
    assert [each.name for each in lab.sessions.values() if not each.withdrawn] == ["pi"]
    session = lab.session("pi")
    assert (session.run, session.user) == (APP, "ana")
    assert [(each.name, each.phase) for each in session.steps] == [
        ("driver", "Running"),
        ("executors", "Running"),
    ]


@pytest.mark.parametrize("first", [True, False])
def test_without_the_webhook_the_label_tells(first: bool) -> None:
    head, app = driver(labels={"sparkoperator.k8s.io/app-name": "pi"}), application("RUNNING")
    lab = Lab().apply(*((app, head) if first else (head, app)))
    assert [each.name for each in lab.sessions.values() if not each.withdrawn] == ["pi"]
    assert [each.pod for each in lab.session("pi").steps[0].attempts] == ["pi-driver"]


def test_a_rerun_makes_a_driver_of_the_same_name() -> None:
    app = application("RUNNING", executionAttempts=2)
    first = own_driver(app, status=status("Failed", terminated(1, name="spark-kubernetes-driver")))
    second = own_driver(app, app="spark-two", uid="uid-second", seconds=90)
    session = Lab().apply(first).delete(first, seconds=80).apply(app, second).session("pi")
    assert (session.attempt, session.phase) == (2, "Running")
    assert [(each.number, each.pod_uid) for each in session.steps[0].attempts] == [
        (1, "uid-pod-pi-driver"),
        (2, "uid-second"),
    ]


def test_a_failed_application_tells_its_error_and_end() -> None:
    app = application("FAILED", error="driver container failed with ExitCode: 1", terminationTime=stamp(80))
    session = Lab().apply(app).session("pi")
    assert (session.message, session.ended) == ("driver container failed with ExitCode: 1", at(80))


def test_a_schedule_owns_without_being_the_controller() -> None:
    owner = {"apiVersion": API, "kind": "ScheduledSparkApplication", "name": "nightly", "uid": "uid-schedule"}
    session = Lab().apply(application(meta={"meta": {"ownerReferences": [owner]}})).session("pi")
    assert (session.definition, session.trigger) == ("nightly", "schedule")


def test_what_it_waits_for() -> None:
    queued = application("SUSPENDED", meta={"labels": {"kueue.x-k8s.io/queue-name": "team-a"}})
    assert "queue team-a" in Lab().apply(queued).session("pi").wait
    assert "try it again" in Lab().apply(application("PENDING_RERUN")).session("pi").wait


def test_without_the_application_its_pods_tell() -> None:
    session = Lab().apply(own_driver(application())).session("pi")
    assert (session.uid, session.phase) == ("uid-sparkapplication-pi", "Running")
    assert "not seen" in session.message


def test_a_connect_server_stays() -> None:
    server = thing("SparkConnect", "shared", api="sparkoperator.k8s.io/v1alpha1", status={"state": "Ready"})
    session = Lab().apply(server).session("shared")
    assert (session.kind, session.phase, session.verdict) == ("SparkConnect", "Running", None)


def test_an_airflow_task_that_makes_one_is_around_it() -> None:
    """The labels of the task are on the pods alone, not on the application."""
    app = application("RUNNING")
    marks = {"dag_id": "etl", "task_id": "spark", "run_id": "manual__1", "try_number": "1"}
    head = own_driver(app)
    head["metadata"]["labels"] |= marks | {"spark_kubernetes_operator": "True"}
    lab = Lab().apply(app, head, executor(1, head))
    assert lab.session("pi").parent == lab.session("etl").id
    assert lab.session("etl").engine == "airflow"


def test_the_same_kind_of_another_group_is_not_ours() -> None:
    other = thing("SparkApplication", "pi", api="spark.apache.org/v1", status={})
    assert Lab().apply(other).session("pi").engine == "spark-kubernetes-operator"
