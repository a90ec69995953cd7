"""workflow-failed: the run as a whole, also where nothing more is known."""

import pytest

from tests.support.lab import Lab, at, stamp, status, terminated
from tests.support.pipelines import step, task_pod, workflow


@pytest.mark.parametrize("phase", ["Failed", "Error"])
def test_the_first_step_that_failed_is_named(phase: str) -> None:
    late = step("etl-1", "Failed", "main: Error (exit code 1)", displayName="publish")
    early = step("etl-2", "Failed", "x", displayName="train", finishedAt=stamp(50))
    found = Lab().apply(workflow("etl", phase, "child failed", late, early)).one("workflow-failed")
    assert found.title == "Workflow etl failed: step train failed first (child failed)"
    assert (found.severity, found.since) == ("high", at(100))


def test_a_run_without_any_word_failed_all_the_same() -> None:
    found = Lab().apply(workflow("etl", "Failed")).one("workflow-failed")
    assert (found.title, found.root) == ("Workflow etl failed", True)


def test_a_run_that_somebody_stopped_goes_on_or_went_well_did_not_fail() -> None:
    flows = [workflow("a", "Failed", spec={"shutdown": "Terminate"}), workflow("b", "Running"), workflow("c")]
    assert Lab().apply(*flows, workflow("d", "Succeeded")).anomalies("workflow-failed") == []


def test_a_dag_run_fails_with_its_task_and_is_one_incident() -> None:
    killed = status("Failed", terminated(137, "OOMKilled"))
    pods = [task_pod("train-a", "train", status=killed), task_pod("score-a", "score", status=killed)]
    lab = Lab().apply(*pods)
    found = lab.one("workflow-failed")
    assert (found.subject.kind, found.subject.name) == ("DagRun", "etl")
    (session,) = lab.sessions.values()
    assert found.sessions == (session.id,)
    assert session.verdict is not None
    assert session.verdict.failure == "container-oom-killed"


def test_a_dag_run_whose_retry_runs_has_not_failed() -> None:
    first = task_pod("train-a", number=1, status=status("Failed", terminated(1)))
    second = task_pod("train-b", number=2, meta={"creationTimestamp": stamp(70)}, status=status("Running"))
    for order in ((first, second), (second, first)):
        assert Lab().apply(*order).anomalies("workflow-failed") == []
