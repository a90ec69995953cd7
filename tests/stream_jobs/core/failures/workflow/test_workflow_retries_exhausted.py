"""workflow-retries-exhausted counts the tries and stands between the step and the run."""

import pytest

from tests.support.lab import Lab, Object, condition, status, terminated, thing
from tests.support.pipelines import step, task_pod, workflow


def retried(message: str = "No more retries left", phase: str = "Failed", tries: int = 3) -> list[Object]:
    names = [f"train({number})" for number in range(tries)]
    nodes = [step(name, "Failed", "main: Error (exit code 5)") for name in names]
    return [step("train", phase, message, kind="Retry", children=names), *nodes]


@pytest.mark.parametrize(
    "message",
    [
        "No more retries left",
        "Max duration limit exceeded",
        "Backoff would exceed max duration limit",
        "retryStrategy.expression evaluated to false",
    ],
)
def test_the_tries_are_counted(message: str) -> None:
    lab = Lab().apply(workflow("etl", "Failed", message, *retried(message)))
    found = lab.one("workflow-retries-exhausted")
    assert found.title.startswith("Step train of Workflow etl was tried 3 times")
    assert message in found.evidence[0].says
    verdict = lab.session("etl").verdict
    assert verdict is not None
    path = [each.failure for each in verdict.path]
    assert path[0] == "container-exit-error"
    assert path[1:] == ["workflow-step-failed", "workflow-retries-exhausted", "workflow-failed"]


def test_tekton_keeps_the_tries_in_its_status() -> None:
    told = {"conditions": [condition("Succeeded", "False", "Failed")], "retriesStatus": [{}, {}]}
    lab = Lab().apply(thing("TaskRun", "train", api="tekton.dev/v1", status=told))
    assert "tried 3 times" in lab.one("workflow-retries-exhausted").title


def test_the_last_try_of_an_airflow_task() -> None:
    ended = status("Failed", terminated(1))
    lab = Lab().apply(task_pod("train-1", status=ended), task_pod("train-2", number=2, status=ended))
    assert lab.one("workflow-retries-exhausted").title.startswith("Task train of DAG etl was tried 2 times")


def test_a_retry_that_went_well_or_goes_on_or_was_stopped() -> None:
    stop: Object = {"shutdown": "Stop"}
    lab = Lab().apply(
        workflow("a", "Succeeded", "", *retried(phase="Succeeded")),
        workflow("b", "Running", "", *retried(phase="Running")),
        workflow("c", "Failed", "", *retried(), spec=stop),
        task_pod("train-1", status=status("Failed", terminated(1))),
    )
    assert lab.anomalies("workflow-retries-exhausted") == []
