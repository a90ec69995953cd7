"""job-failed-indexes names the indexes, and only their pods may be the cause."""

import pytest

from stream_jobs.core.failures.job.job_failed_indexes import holds
from tests.support.lab import Lab, Object, condition, job, job_pod, status, terminated


def shards(reason: str = "", failed: str = "3,7-9") -> Object:
    conditions = [condition("Failed", reason=reason, message="Job has failed indexes")] if reason else []
    spec = {"completions": 10, "completionMode": "Indexed"}
    return job("shards", spec=spec, status={"failedIndexes": failed, "conditions": conditions})


def shard_pod(index: int, *, code: int = 9) -> Object:
    labels = {"batch.kubernetes.io/job-completion-index": str(index)}
    ended = status("Failed" if code else "Succeeded", terminated(code))
    return job_pod(f"shards-{index}", job("shards"), labels=labels, status=ended)


@pytest.mark.parametrize("reason", ["FailedIndexes", "MaxFailedIndexesExceeded", ""])
def test_the_indexes_are_named(reason: str) -> None:
    found = Lab().apply(shards(reason), shard_pod(3)).one("job-failed-indexes")
    assert found.title == "Job shards failed at indexes 3,7-9 of its 10 indexes"
    assert not found.root


def test_no_index_failed() -> None:
    lab = Lab().apply(shards(failed=""), shard_pod(3))
    assert lab.anomalies("job-failed-indexes") == []


@pytest.mark.parametrize(
    ("index", "held"), [("3", True), ("8", True), ("9", True), ("4", False), ("", False), ("x", False)]
)
def test_ranges_hold_what_lies_between(index: str, held: bool) -> None:
    assert holds("3,7-9", index) is held
