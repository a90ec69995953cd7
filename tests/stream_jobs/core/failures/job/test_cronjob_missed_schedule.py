"""cronjob-missed-schedule: what the controller says at once, silence after two missed times."""

import pytest

from schemas.contracts import Gap
from stream_jobs.core.advance import advance
from tests.support.lab import Lab, Object, at, job, stamp, thing


def cron(schedule: str = "*/10 * * * *", **spec: object) -> Object:
    told = {"lastScheduleTime": stamp(0)}
    return thing("CronJob", "nightly", api="batch/v1", spec={"schedule": schedule} | spec, status=told)


def run(name: str, second: float, **status: object) -> Object:
    return job(name, owner=cron(), meta={"creationTimestamp": stamp(second)}, status=status)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("MissSchedule", "Missed scheduled time to start a job: Tue, 10 Mar 2026 02:00:00 +0000"),
        (
            "TooManyMissedTimes",
            "too many missed start times (> 100). Set or decrease .spec.startingDeadlineSeconds",
        ),
        ("FailedNeedsStart", "Cannot determine if job needs to be started"),
    ],
)
def test_what_the_controller_says_is_told(reason: str, message: str) -> None:
    lab = Lab().apply(cron()).event(cron(), reason, message, component="cronjob-controller")
    assert message[:40] in lab.one("cronjob-missed-schedule").title


def test_a_job_that_starts_after_it_cures_it() -> None:
    lab = Lab().apply(cron()).event(cron(), "MissSchedule", "Missed scheduled time", seconds=10)
    lab.apply(run("nightly-2", 60))
    assert lab.one("cronjob-missed-schedule").state == "closed"


def test_silence_speaks_after_the_second_missed_time() -> None:
    lab = Lab().apply(cron()).quiet(1200 + 119)
    assert lab.anomalies("cronjob-missed-schedule") == []
    found = lab.quiet(1200 + 130).one("cronjob-missed-schedule")
    assert "due at 2026-11-24 12:10:00 UTC and at 2026-11-24 12:20:00 UTC" in found.title
    lab.apply(run("nightly-2", 1400), seconds=1401)
    assert lab.anomalies("cronjob-missed-schedule") == []  # what came before was not watched from its start


def test_where_we_were_blind_meanwhile_nothing_is_said() -> None:
    lab = Lab().apply(cron())
    gap = Gap(
        cluster="lab", resource="*", observed_at=at(700), since=at(300), until=at(700), reason="not recorded"
    )
    advance(lab.cell, [gap])
    assert lab.quiet(1200 + 130).anomalies("cronjob-missed-schedule") == []


def test_what_was_missed_between_two_runs_is_still_told() -> None:
    lab = Lab().apply(cron(), seconds=1).apply(run("nightly-1", 600), seconds=600)
    lab.apply(run("nightly-2", 2400), seconds=2400).quiet(2410)
    found = lab.one("cronjob-missed-schedule")
    assert found.state == "closed"


@pytest.mark.parametrize(
    ("spec", "objects"),
    [
        ({"suspend": True}, []),
        ({"concurrencyPolicy": "Forbid"}, [run("nightly-1", 5)]),  # the one before is not over
        ({"schedule": "0 2 * * *"}, []),
        ({"schedule": "unreadable"}, []),
        ({}, [run("nightly-2", 1250)]),
    ],
)
def test_what_is_not_missed(spec: Object, objects: list[Object]) -> None:
    lab = Lab().apply(cron(**{"schedule": "*/10 * * * *"} | spec), *objects).quiet(1800)
    assert lab.anomalies("cronjob-missed-schedule") == []
