"""cronjob-overlapping-runs: Jobs that live at the same time, or are left out because one does."""

import pytest

from tests.support.lab import Lab, Object, condition, job, stamp, thing

HELD = "Not starting job because prior execution is running and concurrency policy is Forbid"


def cron(policy: str | None = "Allow", active: int = 0) -> Object:
    names = [{"kind": "Job", "name": f"sync-{number}"} for number in range(active)]
    spec = {"schedule": "* * * * *"} | ({"concurrencyPolicy": policy} if policy else {})
    return thing("CronJob", "sync", api="batch/v1", spec=spec, status={"active": names})


def run(name: str, start: float, end: float | None = None, **parts: object) -> Object:
    over = {"conditions": [condition("Complete", seconds=end)]} if end is not None else {}
    return job(name, owner=cron(), meta={"creationTimestamp": stamp(start)}, status=over, **parts)


@pytest.mark.parametrize("policy", ["Allow", None])
def test_two_jobs_at_the_same_time(policy: str | None) -> None:
    lab = Lab().apply(cron(policy), run("sync-1", 60), run("sync-2", 120))
    found = lab.one("cronjob-overlapping-runs")
    assert "sync-1 was not over when the next was due (sync-1 and sync-2)" in found.title
    assert (found.subject.name, found.state) == ("sync", "open")
    lab.apply(run("sync-1", 60, 200))
    assert lab.one("cronjob-overlapping-runs").state == "closed"


def test_a_status_alone_tells_it_too() -> None:
    assert "3 of its Jobs" in Lab().apply(cron(active=3)).one("cronjob-overlapping-runs").title


def test_runs_that_were_left_out_name_the_one_that_holds_them_back() -> None:
    lab = Lab().apply(cron("Forbid"), run("sync-1", 60)).event(cron(), "JobAlreadyActive", HELD, seconds=120)
    found = lab.one("cronjob-overlapping-runs")
    assert "Job sync-1 was not over, and its concurrencyPolicy is Forbid" in found.title
    lab.apply(run("sync-2", 240), seconds=240)
    assert lab.one("cronjob-overlapping-runs").state == "closed"


@pytest.mark.parametrize(
    ("policy", "objects"),
    [
        ("Allow", [run("sync-1", 60, 119), run("sync-2", 120)]),
        ("Replace", [run("sync-1", 60), run("sync-2", 120)]),
        ("Forbid", [run("sync-1", 60)]),
        (
            "Allow",
            [run("sync-1", 60), run("mine", 70, annotations={"cronjob.kubernetes.io/instantiate": "manual"})],
        ),
    ],
)
def test_runs_one_after_the_other(policy: str, objects: list[Object]) -> None:
    assert Lab().apply(cron(policy), *objects).anomalies("cronjob-overlapping-runs") == []
