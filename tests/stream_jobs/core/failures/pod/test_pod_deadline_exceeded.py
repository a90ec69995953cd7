"""pod-deadline-exceeded: the limit ended the pod, not the program; and whether it only waited."""

import pytest

from tests.support.lab import Lab, Object, condition, job, job_pod, stamp, status, terminated

SPEC: Object = {"activeDeadlineSeconds": 90, "containers": [{"name": "main"}]}


def over(*containers: Object, **more: Object) -> Object:
    told = {
        "reason": "DeadlineExceeded",
        "message": "Pod was active on the node longer than the specified deadline",
    }
    return job_pod("train-x", job("train"), spec=SPEC, status=status("Failed", *containers, **told, **more))


@pytest.mark.parametrize(
    ("pod", "end"),
    [
        (over(terminated(143, seconds=95), startTime=stamp(5)), "(activeDeadlineSeconds)"),
        (
            over(terminated(143, seconds=95, startedAt=stamp(65)), startTime=stamp(5)),
            "; 1 min of it went by before its program started",
        ),
        (over(startTime=stamp(5)), "before its program had started"),
    ],
    ids=["worked", "waited", "never started"],
)
def test_the_limit_is_the_root(pod: Object, end: str) -> None:
    failed = [condition("Failed", reason="BackoffLimitExceeded", seconds=97)]
    lab = Lab().apply(job("train"), pod, job("train", status={"conditions": failed}))
    found = lab.one("pod-deadline-exceeded")
    assert found.title.startswith("Pod train-x ran into its time limit of 1 min 30 s")
    assert found.title.endswith(end)
    assert lab.root("train") == "pod-deadline-exceeded"
    assert lab.one("pod-failed").cause == found.id
    assert not lab.failures() & {"container-exit-error", "container-killed-by-signal"}


def test_the_limit_of_the_job_is_another_matter() -> None:
    ended = job_pod("train-x", job("train"), status=status("Failed", terminated(143)))
    assert Lab().apply(job("train"), ended).anomalies("pod-deadline-exceeded") == []
