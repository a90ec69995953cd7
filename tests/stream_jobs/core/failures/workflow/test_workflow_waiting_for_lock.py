"""workflow-waiting-for-lock names the lock and who holds it."""

import pytest

from tests.support.lab import Lab
from tests.support.pipelines import step, workflow

LOCK = "Waiting for ml/ConfigMap/locks/gpu lock. Lock status: 0/1"
HELD = {"semaphore": {"waiting": [{"semaphore": "ml/ConfigMap/locks/gpu", "holders": ["ml/other"]}]}}


def test_lock_and_holder_are_named() -> None:
    item = workflow("etl", "Pending", LOCK)
    item["status"]["synchronization"] = HELD
    found = Lab().apply(item).one("workflow-waiting-for-lock")
    assert found.title.endswith("for lock ml/ConfigMap/locks/gpu, held by ml/other")


@pytest.mark.parametrize(
    "item",
    [
        workflow("etl", "Running", "", step("train", "Pending", LOCK)),
        workflow(
            "etl",
            "Pending",
            "Workflow processing has been postponed because too many workflows are already running",
        ),
    ],
)
def test_a_step_s_lock_and_the_number_of_runs(item: dict[str, object]) -> None:
    assert Lab().apply(item).one("workflow-waiting-for-lock").severity == "medium"


def test_who_got_the_lock_goes_on() -> None:
    lab = Lab().apply(workflow("etl", "Pending", LOCK), workflow("etl", "Running"))
    assert lab.anomalies("workflow-waiting-for-lock") == []
    assert Lab().apply(workflow("etl", "Failed", "x", step("a", "Pending", LOCK))).anomalies() != []
