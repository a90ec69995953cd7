"""workflow-step-failed: failed nodes that counted, and Airflow's newest tries."""

import pytest

from tests.support.lab import Lab, condition, job, job_pod, pod, stamp, status, terminated
from tests.support.pipelines import step, step_pod, task_pod, workflow

CRASHED = status("Failed", terminated(1))
SAID = "main: Error (exit code 1)"


def test_the_failed_step_is_named_and_its_pod_is_the_root() -> None:
    flow = workflow(
        "etl", "Failed", "child 'etl-1' failed", step("etl-1", "Failed", SAID, displayName="train")
    )
    lab = Lab().apply(flow, step_pod("etl-train-1", flow, node="etl-1", status=CRASHED))
    found = lab.one("workflow-step-failed")
    assert found.title == f"Step train of Workflow etl failed: {SAID}"
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.path[0].subject.name) == ("container-exit-error", "etl-train-1")
    assert verdict.path[-1].failure == "workflow-failed"


@pytest.mark.parametrize(
    ("message", "failure"),
    [
        (SAID, "container-exit-error"),
        ("main: OOMKilled (exit code 137)", "container-oom-killed"),
        ("OOMKilled (exit code 137)", "container-oom-killed"),
        ("wait: Error (exit code 64): failed to put file: AccessDenied", "workflow-artifact-failed"),
        ("main: Error (exit code 143)", "workflow-step-failed"),  # who stopped it is not known
    ],
)
def test_a_step_whose_pod_was_cleaned_up_is_told_by_argo_s_words(message: str, failure: str) -> None:
    flow = workflow("etl", "Failed", "child 'etl-1' failed", step("etl-1", "Failed", message))
    assert Lab().apply(flow).session("etl").verdict.failure == failure  # type: ignore[union-attr]


def test_the_pod_s_name_is_the_node_s_id_before_argo_3_3() -> None:
    flow = workflow("etl", "Failed", "", step("etl-1", "Failed", SAID))
    lab = Lab().apply(flow, pod("etl-1", owner=flow, status=status("Failed", terminated(137, "OOMKilled"))))
    assert lab.root("etl") == "container-oom-killed"


def test_only_the_last_try_of_a_failed_retry_counts() -> None:
    retry = step("etl", "Failed", "No more retries left", kind="Retry", children=["etl-0", "etl-1"])
    tries = [step(f"etl-{number}", "Failed", SAID, displayName=f"etl({number})") for number in range(2)]
    lab = Lab().apply(workflow("etl", "Failed", "No more retries left", retry, *tries))
    assert "etl(1)" in lab.one("workflow-step-failed").title


def test_tries_under_a_retry_that_went_well_or_goes_on_are_flow_control() -> None:
    for phase in ("Succeeded", "Running"):
        retry = step("etl", phase, kind="Retry", children=["etl-0", "etl-1"])
        flow = workflow("etl", phase, "", retry, step("etl-0", "Failed", SAID), step("etl-1", phase))
        assert Lab().apply(flow).anomalies("workflow-step-failed") == []


def test_groups_and_skipped_steps_are_no_steps_that_failed() -> None:
    nodes = [step("etl", "Failed", kind="DAG"), step("etl-2", "Omitted", kind="Skipped")]
    assert Lab().apply(workflow("etl", "Failed", "", *nodes)).anomalies("workflow-step-failed") == []


def test_a_lost_pod_and_a_stopped_run_are_others() -> None:
    lost = workflow("lost", "Error", "", step("lost", "Error", "pod deleted"))
    ended = workflow(
        "ended",
        "Failed",
        "",
        step("ended", "Failed", "main: Error (exit code 143)"),
        spec={"shutdown": "Stop"},
    )
    assert Lab().apply(lost, ended).anomalies("workflow-step-failed") == []


def test_a_task_is_known_by_its_newest_try() -> None:
    first = task_pod("train-a", number=1, status=CRASHED)
    second = task_pod("train-b", number=2, meta={"creationTimestamp": stamp(70)})
    lab = Lab().apply(first)
    assert lab.one("workflow-step-failed").title == "Task train of DAG etl failed in try 1"
    lab.apply(second)
    assert lab.anomalies("workflow-step-failed") == []
    later = {"creationTimestamp": stamp(70)}
    lab.apply(task_pod("train-b", number=2, meta=later, status=status("Failed", terminated(1, seconds=90))))
    assert lab.one("workflow-step-failed").title == "Task train of DAG etl failed in try 2"


def test_a_task_that_never_started_is_given_up_by_its_operator() -> None:
    lab = Lab().apply(task_pod("score", labels={"already_checked": "True"}))
    assert lab.one("workflow-step-failed").subject.name == "score"


def test_pods_of_jobs_and_other_tasks_are_none() -> None:
    train = job("train", status={"conditions": [condition("Failed")]})
    lab = Lab().apply(train, job_pod("train-x", train, status=CRASHED), pod("alone", status=CRASHED))
    assert lab.anomalies("workflow-step-failed") == []
