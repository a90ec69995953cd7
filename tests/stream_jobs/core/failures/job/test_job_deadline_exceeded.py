"""job-deadline-exceeded names the limit, and whether the Job ever ran."""

import pytest

from tests.support.lab import Lab, condition, job, job_pod, status, terminated

LATE = "Job was active longer than specified deadline"


@pytest.mark.parametrize("kind", ["Failed", "FailureTarget"])
def test_the_limit_is_named_and_the_job_s_own_delete_is_no_user_s(kind: str) -> None:
    told = {"conditions": [condition(kind, reason="DeadlineExceeded", message=LATE, seconds=60)]}
    train = job("train", spec={"activeDeadlineSeconds": 3600}, status=told)
    meta = {"deletionTimestamp": "2026-11-24T12:01:30Z", "deletionGracePeriodSeconds": 30}
    stopped = job_pod("train-x", train, meta=meta, status=status("Failed", terminated(137, seconds=90)))
    lab = Lab().apply(train, stopped)
    found = lab.one("job-deadline-exceeded")
    assert found.title == "Job train ran into its time limit of 1 h and was ended"
    assert lab.failures() == {"job-deadline-exceeded"}
    assert LATE in found.evidence[0].says


def test_a_job_whose_pods_never_ran_says_so() -> None:
    told = {"conditions": [condition("Failed", reason="DeadlineExceeded")]}
    train = job("train", spec={"activeDeadlineSeconds": 60}, status=told)
    lab = Lab().apply(train, job_pod("train-x", train))
    assert "none of its pods ever ran" in lab.one("job-deadline-exceeded").title


def test_other_ends_are_others() -> None:
    told = {"conditions": [condition("Failed", reason="BackoffLimitExceeded")]}
    assert Lab().apply(job("train", status=told)).anomalies("job-deadline-exceeded") == []
