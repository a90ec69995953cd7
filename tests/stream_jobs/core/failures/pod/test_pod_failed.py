"""pod-failed stands beside the precise failure, and never for a pod that was told to go."""

from tests.support.lab import Lab, condition, job, job_pod, pod, stamp, status, terminated

COMPLETE = {"conditions": [condition("Complete", seconds=90)]}


def test_the_kubelet_s_reason_comes_first() -> None:
    evicted = status("Failed", reason="Evicted", message="The node was low on\nresource: memory.")
    found = Lab().apply(pod("train", status=evicted)).one("pod-failed")
    assert found.title == "Pod train ended with an error (Evicted: The node was low on resource: memory.)"
    assert found.severity == "high"


def test_a_bad_exit_is_named_and_is_the_root() -> None:
    train = job(
        "train", status={"conditions": [condition("Failed", reason="BackoffLimitExceeded", seconds=90)]}
    )
    lab = Lab().apply(train, job_pod("train-x", train, status=status("Failed", terminated(3))))
    assert "container main: Error, exit code 3" in lab.one("pod-failed").title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert [each.failure for each in verdict.path] == [
        "container-exit-error",
        "pod-failed",
        "job-backoff-limit-exceeded",
    ]


def test_history_of_a_run_that_went_well_is_a_note() -> None:
    train = job("train", status=COMPLETE)
    lab = Lab().apply(train, job_pod("train-x", train, status=status("Failed", terminated(1))))
    assert lab.one("pod-failed").severity == "info"


def test_a_pod_that_was_told_to_go_did_not_fail() -> None:
    meta = {"deletionTimestamp": stamp(40), "deletionGracePeriodSeconds": 30}
    lab = Lab().apply(pod("train", meta=meta, status=status("Failed", terminated(137, seconds=35))))
    assert lab.anomalies("pod-failed") == []
