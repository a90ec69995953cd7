"""job-pod-failure-policy says which pod, code and rule ended the Job, and is no root."""

import pytest

from tests.support.lab import Lab, condition, job, job_pod, status, terminated

EXIT = "Container main for pod ml/train-x failed with exit code 42 matching FailJob rule at index 0"
CONDITION = "Pod ml/train-x has condition DisruptionTarget matching FailJob rule at index 1"


@pytest.mark.parametrize("kind", ["Failed", "FailureTarget"])
@pytest.mark.parametrize(
    ("message", "words"),
    [
        (EXIT, "container main of pod train-x ended with exit code 42, for which rule 0"),
        (CONDITION, "pod train-x has the condition DisruptionTarget, for which rule 1"),
        ("worded anew", "a rule of its podFailurePolicy says so"),
    ],
)
def test_the_rule_is_told(kind: str, message: str, words: str) -> None:
    told = {"conditions": [condition(kind, reason="PodFailurePolicy", message=message)]}
    assert words in Lab().apply(job("train", status=told)).one("job-pod-failure-policy").title


def test_the_program_s_end_is_the_root() -> None:
    train = job("train")
    done = {"conditions": [condition("Failed", reason="PodFailurePolicy", message=EXIT)]}
    lab = Lab().apply(train, job_pod("train-x", train, status=status("Failed", terminated(42))))
    lab.apply(job("train", status=done))
    verdict = lab.session("train").verdict
    assert verdict is not None
    path = [each.failure for each in verdict.path]
    assert (path[0], path[-1]) == ("container-exit-error", "job-pod-failure-policy")


def test_other_ends_are_others() -> None:
    told = {"conditions": [condition("Failed", reason="BackoffLimitExceeded", message=EXIT)]}
    assert Lab().apply(job("train", status=told)).anomalies("job-pod-failure-policy") == []
