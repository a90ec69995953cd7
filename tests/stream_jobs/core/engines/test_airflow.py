"""DAG runs, put together from pods that carry ids in labels or annotations."""

from typing import Any

import pytest

from stream_jobs.core.engines.airflow import safe_label, unsafe_run
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

RAW = "scheduled__2026-08-01T00:00:00+00:00"
LABEL = "scheduled__2026-08-01T0000000000-3a88020ec"
DONE = status("Succeeded", terminated(0, "Completed", name="base"))
FAILED = status("Failed", terminated(1, name="base"))
RUNS = status("Running", running(name="base"))


def operator_pod(task: str, *, attempt: int = 1, dag: str = "etl", run: str = LABEL, **parts: Any) -> Object:
    """A pod of the KubernetesPodOperator: labels only."""
    labels = {"dag_id": dag, "task_id": task, "run_id": run, "try_number": str(attempt)}
    labels |= {"kubernetes_pod_operator": "True"} | parts.pop("labels", {})
    name = parts.pop("name", f"{task}-{attempt}")
    made = {"creationTimestamp": stamp(parts.pop("made", attempt * 10))}
    return pod(name, labels=labels, meta=made | parts.pop("meta", {}), **parts)


def worker_pod(task: str, *, attempt: int = 1, dag: str = "etl", run: str = RAW, **parts: Any) -> Object:
    """A pod of the KubernetesExecutor: raw ids in annotations, sanitised ones in labels."""
    raw = {"dag_id": dag, "task_id": task, "run_id": run, "try_number": str(attempt)}
    labels = {key: safe_label(value) for key, value in raw.items()} | {"kubernetes_executor": "True"}
    name = parts.pop("name", f"worker-{task}-{attempt}")
    extra = parts.pop("annotations", {})
    return pod(name, labels=labels | parts.pop("labels", {}), annotations=raw | extra, **parts)


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        (RAW, LABEL),
        ("manual__2026-11-24T11:40:06.518686+00:00", "manual__2026-11-24T114006.5186860000-5426ac330"),
        ("etl", "etl"),
        ("_etl_", "etl-7374013e7"),
        ("a" * 63, "a" * 63),
        ("a" * 64, "a" * 53 + "-014842d48"),
    ],
)
def test_labels_are_made_as_airflow_makes_them(raw: str, label: str) -> None:
    assert safe_label(raw) == label
    assert len(label) <= 63


def test_a_run_id_is_read_back_only_where_its_hash_proves_it() -> None:
    assert unsafe_run(LABEL) == RAW
    assert unsafe_run(LABEL[:-1] + "0") == LABEL[:-1] + "0"
    assert unsafe_run("backfill-of-mine") == "backfill-of-mine"


def test_pods_of_one_run_are_one_session() -> None:
    lab = Lab().apply(
        operator_pod("extract", status=DONE), operator_pod("train", status=RUNS, made=40), worker_pod("load")
    )
    (session,) = lab.sessions.values()
    assert (session.engine, session.kind, session.name, session.uid) == ("airflow", "DagRun", "etl", "")
    assert (session.run, session.trigger, session.phase) == (RAW, "schedule", "Running")
    assert {step.name: step.phase for step in session.steps} == {
        "extract": "Succeeded",
        "train": "Running",
        "load": "Pending",
    }


def test_a_run_whose_labels_hide_the_ids_is_not_split_in_two() -> None:
    """The worker has the raw ids in annotations, its operator's pod only the sanitised labels."""
    dag = "team(a)/etl"
    lab = Lab().apply(
        worker_pod("train", dag=dag, status=RUNS),
        operator_pod("train", dag=safe_label(dag), status=RUNS),
    )
    (session,) = lab.sessions.values()
    assert session.name == dag
    assert [each.pod for each in session.steps[0].attempts] == ["worker-train-1", "train-1"]


def test_other_runs_and_other_dags_are_other_sessions() -> None:
    lab = Lab().apply(
        operator_pod("train"),
        operator_pod("train", run="manual__2026-08-02", name="b"),
        operator_pod("train", dag="report", name="c"),
        operator_pod("train", namespace="other", name="train-1", meta={"uid": "uid-other"}),
    )
    assert len(lab.sessions) == 4


def test_a_retry_makes_a_failed_run_go_on() -> None:
    lab = Lab().apply(operator_pod("train", status=FAILED))
    session = lab.session("etl")
    assert (session.phase, session.ended, session.message) == ("Failed", at(60), "task train failed in try 1")
    lab.apply(operator_pod("train", attempt=2, status=RUNS))
    assert (lab.session("etl").phase, lab.session("etl").ended) == ("Running", None)
    lab.apply(operator_pod("train", attempt=2, status=DONE))
    session = lab.session("etl")
    assert (session.phase, [each.number for each in session.steps[0].attempts]) == ("Succeeded", [1, 2])


def test_a_worker_that_succeeded_proves_nothing_about_its_operators_pod() -> None:
    lab = Lab().apply(worker_pod("train", status=DONE), operator_pod("train", status=FAILED))
    assert lab.session("etl").phase == "Failed"


def test_a_task_goes_on_while_one_of_its_pods_does() -> None:
    lab = Lab().apply(worker_pod("train", status=RUNS), operator_pod("train", status=FAILED))
    assert lab.session("etl").phase == "Running"


def test_a_launch_that_is_repeated_does_not_use_up_a_try() -> None:
    lab = Lab().apply(
        operator_pod("train", status=FAILED, made=10),
        operator_pod("train", status=RUNS, made=90, name="train-again"),
    )
    assert lab.session("etl").phase == "Running"


def test_a_pending_pod_that_its_operator_gave_up_is_a_failed_try() -> None:
    managers = [
        {"manager": "kubelet", "subresource": "status", "time": stamp(90), "fields": ["status.phase"]},
        {"manager": "OpenAPI-Generator", "time": stamp(70), "fields": ["metadata.labels"]},
    ]
    waiting = operator_pod("score", labels={"already_checked": "True"}, meta={"managedFields": managers})
    session = Lab().apply(waiting).session("etl")
    assert (session.phase, session.ended) == ("Failed", at(70))
    assert session.steps[0].attempts[0].phase == "Failed"


def test_pods_that_are_deleted_when_they_are_done_keep_their_outcome() -> None:
    done = operator_pod("extract", status=DONE)
    lab = Lab().apply(done).delete(done)
    assert lab.session("etl").phase == "Succeeded"


def test_a_pod_deleted_while_it_ran_is_a_failed_try() -> None:
    gone = operator_pod("train", status=RUNS)
    lab = Lab().apply(gone).delete(gone)
    session = lab.session("etl")
    assert (session.phase, session.steps[0].attempts[0].phase) == ("Failed", "Cancelled")


def test_a_pod_whose_container_ended_well_was_only_cleaned_up() -> None:
    ended = operator_pod("train", status=status("Running", terminated(0, "Completed", name="base")))
    assert Lab().apply(ended).delete(ended).session("etl").phase == "Succeeded"


def test_a_revoked_pod_is_queued_again_and_did_not_fail() -> None:
    revoked = worker_pod("train", labels={"airflow_pod_revoked": "True"})
    lab = Lab().apply(revoked).delete(revoked)
    assert lab.session("etl").phase == "Pending"
    assert lab.apply(worker_pod("train", status=DONE, name="again")).session("etl").phase == "Succeeded"


def test_mapped_tasks_are_steps_of_their_own() -> None:
    lab = Lab().apply(
        *(operator_pod("train", labels={"map_index": index}, name=f"train-{index}") for index in ("0", "1")),
        worker_pod("load", annotations={"map_index": "-1"}),
    )
    assert {step.name for step in lab.session("etl").steps} == {"train[0]", "train[1]", "load"}


def test_what_the_scheduler_says_is_what_it_waits_for() -> None:
    unplaced = condition("PodScheduled", "False", "Unschedulable", "0/4 nodes are available")
    lab = Lab().apply(operator_pod("train", status=status("Pending", conditions=[unplaced])))
    assert lab.session("etl").wait == "0/4 nodes are available"


@pytest.mark.parametrize("late", [True, False])
def test_a_job_that_an_operator_made_is_nested_in_the_run(late: bool) -> None:
    """The Job operator labels only the pod template: the Job is found through its pods."""
    made = job("train")
    its_pod = job_pod(
        "train-x", made, labels=operator_pod("train")["metadata"]["labels"], status=status("Running")
    )
    lab = Lab().apply(*((its_pod, made) if late else (made, its_pod)))
    assert lab.session("train").parent == lab.session("etl").id
    assert lab.session("etl").steps[0].attempts[0].pod == "train-x"


def test_executors_of_a_spark_driver_are_no_tasks() -> None:
    labels = {"spark_kubernetes_operator": "True", "kubernetes_pod_operator": "False"}
    driver = operator_pod("spark", labels=labels, status=RUNS)
    lab = Lab().apply(driver, pod("spark-exec-1", owner=driver, status=RUNS))
    assert [each.pod for step in lab.session("etl").steps for each in step.attempts] == ["spark-1"]
    assert len(lab.sessions) == 1


@pytest.mark.parametrize(
    "labels",
    [
        {"dag_id": "etl", "task_id": "train", "run_id": "r"},
        {"kubernetes_pod_operator": "True"},
        {"dag_id": "etl", "run_id": "r", "kubernetes_executor": "True"},
    ],
)
def test_a_pod_without_all_the_marks_is_not_airflows(labels: dict[str, str]) -> None:
    assert [each.engine for each in Lab().apply(pod("x", labels=labels)).sessions.values()] == ["pod"]


def test_airflows_own_deployments_are_no_runs() -> None:
    scheduler = pod("airflow-scheduler-0", owner=thing("StatefulSet", "airflow-scheduler", api="apps/v1"))
    assert Lab().apply(scheduler).sessions == {}
