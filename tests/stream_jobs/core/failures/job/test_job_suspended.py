"""job-suspended: what waits for a person is told, what waits for its queue or is so for long is info."""

import pytest

from tests.support.lab import Lab, Object, condition, job, stamp, thing

QUEUE = {"kueue.x-k8s.io/queue-name": "main"}


def paused(*, seconds: float = 90, **parts: object) -> Object:
    told = condition("Suspended", reason="JobSuspended", message="Job suspended", seconds=seconds)
    return job("train", spec={"suspend": True}, status={"conditions": [told]}, **parts)


def cron(*, suspend: bool = True, **parts: object) -> Object:
    return thing(
        "CronJob", "nightly", api="batch/v1", spec={"schedule": "0 2 * * *", "suspend": suspend}, **parts
    )


@pytest.mark.parametrize(("seconds", "severity"), [(90, "medium"), (5, "info")])
def test_a_job_that_somebody_paused_is_the_verdict(seconds: float, severity: str) -> None:
    """One that was made so is a note."""
    lab = Lab().apply(paused(seconds=seconds))
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "job-suspended"
    assert lab.one("job-suspended").severity == severity


def test_who_paused_it_is_named() -> None:
    patch = {"manager": "kubectl-patch", "operation": "Update", "time": stamp(4), "fields": ["spec.suspend"]}
    lab = Lab().apply(job("train", spec={"suspend": False}), paused(meta={"managedFields": [patch]}))
    assert "by kubectl-patch" in lab.one("job-suspended").title


def test_a_job_that_goes_on_is_cured() -> None:
    gone_on = condition("Suspended", "False", "JobResumed", seconds=150)
    lab = Lab().apply(paused(), job("train", spec={"suspend": False}, status={"conditions": [gone_on]}))
    found = lab.one("job-suspended")
    assert (found.state, found.severity) == ("closed", "info")
    assert lab.session("train").verdict is None


@pytest.mark.parametrize("labels", [QUEUE, {}])
def test_a_queue_that_holds_it_is_told_elsewhere(labels: dict[str, str]) -> None:
    workload = thing("Workload", "job-train", api="kueue.x-k8s.io/v1beta1", owner=job("train"))
    lab = Lab().apply(paused(labels=labels), *([] if labels else [workload]))
    assert lab.one("job-suspended").severity == "info"


def test_the_outermost_tells_of_it() -> None:
    outer = thing("JobSet", "llm", api="jobset.x-k8s.io/v1alpha2", spec={"suspend": True})
    lab = Lab().apply(outer, paused(owner=outer))
    assert [each.subject.name for each in lab.anomalies("job-suspended")] == ["llm"]


def test_a_paused_cronjob_is_a_hint_and_an_old_one_is_none() -> None:
    assert Lab().apply(cron()).one("job-suspended").severity == "low"
    old = cron(meta={"creationTimestamp": "2026-01-01T00:00:00Z"})
    assert Lab().apply(old, verb="listed").one("job-suspended").severity == "info"


def test_what_runs_is_not_suspended() -> None:
    resumed = condition("Suspended", "False", "JobResumed")
    lab = Lab().apply(cron(suspend=False), job("train"), job("other", status={"conditions": [resumed]}))
    assert lab.anomalies("job-suspended") == []
