"""workflow-suspended: an open approval explains a run that stands; one that was given is history."""

import pytest

from tests.support.lab import Lab, thing
from tests.support.pipelines import step, workflow

GATE = {"finishedAt": None, "templateName": "approve"}


def test_an_open_approval_is_the_verdict_of_a_run_that_stands() -> None:
    lab = Lab().apply(workflow("etl", "Running", "", step("approve", "Running", kind="Suspend", **GATE)))
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert verdict.title.startswith("Step approve of Workflow etl waits since 2026-11-24 12:00:10 UTC")
    assert lab.failures() == set()


def test_an_approval_that_was_given_is_history() -> None:
    lab = Lab().apply(workflow("etl", "Succeeded", "", step("approve", "Succeeded", kind="Suspend")))
    assert lab.one("workflow-suspended").severity == "info"
    assert lab.session("etl").verdict is None


@pytest.mark.parametrize(
    "item",
    [
        workflow("etl", "Running", spec={"suspend": True}),
        thing("PipelineRun", "etl", api="tekton.dev/v1", spec={"status": "PipelineRunPending"}),
    ],
)
def test_a_run_that_is_held_as_a_whole(item: dict[str, object]) -> None:
    lab = Lab().apply(item)
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert verdict.failure == "workflow-suspended"
    assert lab.failures() == set()  # it is a note


def test_a_step_that_waits_for_a_set_time_needs_nobody() -> None:
    spec = {"templates": [{"name": "approve", "suspend": {"duration": "20"}}]}
    gate = step("approve", "Running", kind="Suspend", **GATE)
    assert Lab().apply(workflow("etl", "Running", "", gate, spec=spec)).anomalies("workflow-suspended") == []
