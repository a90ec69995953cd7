"""job-backoff-limit-exceeded: told by either condition, and blamed on the last tries."""

import pytest

from tests.support.lab import Lab, condition, job, job_pod, status, terminated

REASON = "BackoffLimitExceeded"
FULL = "Job has reached the specified backoff limit"


@pytest.mark.parametrize("kinds", [("Failed",), ("FailureTarget",), ("FailureTarget", "Failed")])
def test_either_condition_tells_once(kinds: tuple[str, ...]) -> None:
    told = [condition(kind, reason=REASON, message=FULL, seconds=90) for kind in kinds]
    found = Lab().apply(job("train", status={"conditions": told})).one("job-backoff-limit-exceeded")
    assert found.severity == "high"
    assert FULL in found.evidence[0].says


@pytest.mark.parametrize("reason", ["DeadlineExceeded", "PodFailurePolicy", "FailedIndexes"])
def test_other_ends_are_others(reason: str) -> None:
    lab = Lab().apply(job("train", status={"conditions": [condition("Failed", reason=reason)]}))
    assert lab.anomalies("job-backoff-limit-exceeded") == []


def test_failed_tries_of_a_job_that_went_well_are_history() -> None:
    told = {"conditions": [condition("Complete")], "failed": 2, "succeeded": 1}
    assert Lab().apply(job("train", status=told)).anomalies("job-backoff-limit-exceeded") == []


def test_why_the_pod_failed_is_the_root() -> None:
    train = job("train", status={"conditions": [condition("Failed", reason=REASON, seconds=90)]})
    killed = status("Failed", terminated(137, "OOMKilled"))
    lab = Lab().apply(train, job_pod("train-x", train, status=killed))
    assert not lab.one("job-backoff-limit-exceeded").root
    assert lab.root("train") == "container-oom-killed"
