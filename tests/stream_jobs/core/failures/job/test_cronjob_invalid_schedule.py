"""cronjob-invalid-schedule: events of CronJobs, a condition of Argo's CronWorkflows."""

import pytest

from tests.support.lab import Lab, Object, condition, job, stamp, thing

MESSAGE = 'unparseable schedule: "invalid-cron" : expected exactly 5 fields, found 1: [invalid-cron]'


def cron(schedule: str = "invalid-cron", **parts: object) -> Object:
    return thing("CronJob", "nightly", api="batch/v1", spec={"schedule": schedule}, **parts)


@pytest.mark.parametrize("reason", ["UnparseableSchedule", "InvalidSchedule", "UnknownTimeZone"])
def test_the_controller_s_words(reason: str) -> None:
    lab = Lab().apply(cron()).event(cron(), reason, MESSAGE, component="cronjob-controller")
    found = lab.one("cronjob-invalid-schedule")
    assert "expected exactly 5 fields" in found.title
    assert found.root


def test_argo_s_condition() -> None:
    error = condition("SpecError", message="cron schedule 'x' is malformed")
    timer = thing("CronWorkflow", "etl", api="argoproj.io/v1alpha1", status={"conditions": [error]})
    assert "malformed" in Lab().apply(timer).one("cronjob-invalid-schedule").title


def test_a_new_schedule_or_a_run_cures_it() -> None:
    lab = Lab().apply(cron()).event(cron(), "UnparseableSchedule", MESSAGE, seconds=5)
    patch = {"manager": "kubectl-edit", "operation": "Update", "time": stamp(30), "fields": ["spec.schedule"]}
    lab.apply(cron("0 2 * * *", meta={"managedFields": [patch]}), seconds=30)
    assert lab.one("cronjob-invalid-schedule").state == "closed"


def test_other_events_are_others() -> None:
    lab = Lab().apply(cron(), job("x", owner=cron())).event(cron(), "SuccessfulCreate", "Created job x")
    assert lab.anomalies("cronjob-invalid-schedule") == []
