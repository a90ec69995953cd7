"""workflow-artifact-failed: the helper's words, not the program's."""

import pytest

from tests.support.lab import Lab, condition, status, terminated
from tests.support.pipelines import step, step_pod, workflow

MISSING = "wait: Error (exit code 64): failed to save outputs: stat /tmp/model.pt: no such file or directory"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (MISSING, "outputs could not be saved; the step did not write /tmp/model.pt"),
        ("wait: Error (exit code 64): failed to put file: AccessDenied: Access Denied.", "outputs could not"),
        ("init: Error (exit code 1): failed to load artifacts: NoSuchKey", "inputs could not be fetched"),
        ("supervisor: Error (exit code 65): x", "outputs could not be saved"),
        ("wait: Error (exit code 1):\nartifact model failed to upload", "outputs could not be saved"),
    ],
)
def test_the_helper_s_words(message: str, words: str) -> None:
    lab = Lab().apply(workflow("etl", "Error", "child failed", step("train", "Error", message)))
    assert words in lab.one("workflow-artifact-failed").title


def test_it_is_the_root_of_the_helper_s_end() -> None:
    owner = workflow("etl", "Error", MISSING, step("etl", "Error", MISSING))
    ended = status("Failed", terminated(0, "Completed"), terminated(64, name="wait", seconds=88))
    lab = Lab().apply(owner, step_pod("etl", owner, status=ended))
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert verdict.failure == "workflow-artifact-failed"


def test_old_artifacts_that_stay_are_a_hint() -> None:
    item = workflow("etl", "Succeeded")
    item["status"]["conditions"] = [
        condition("ArtifactGCError", message="Artifact Garbage Collection failed")
    ]
    assert Lab().apply(item).one("workflow-artifact-failed").title.startswith("Old artifacts of Workflow etl")


@pytest.mark.parametrize(
    "message", ["main: Error (exit code 1): no such file", "wait: Error (exit code 137)", "pod deleted"]
)
def test_the_program_s_own_end_is_another(message: str) -> None:
    item = workflow("etl", "Failed", "child failed", step("train", "Failed", message))
    assert Lab().apply(item).anomalies("workflow-artifact-failed") == []
