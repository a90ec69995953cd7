"""Jobs of a CronJob: each start is a run of the CronJob, due when it was scheduled."""

import pytest

from tests.support.lab import Lab, Object, at, job, job_pod, running, stamp, status, thing


def cron_job(name: str = "nightly") -> Object:
    return thing("CronJob", name, api="batch/v1", spec={"schedule": "0 3 * * *"})


def started(name: str, **annotations: str) -> Object:
    return job(name, owner=cron_job(), annotations=annotations)


def test_a_scheduled_job_is_a_run_of_its_cron_job() -> None:
    due = {"batch.kubernetes.io/cronjob-scheduled-timestamp": stamp(-60)}
    lab = Lab().apply(cron_job(), started("nightly-29925328", **due))
    session = lab.session("nightly-29925328")
    assert (session.engine, session.kind) == ("cronjob", "Job")
    assert (session.definition, session.trigger) == ("nightly", "schedule")
    assert (session.queued, session.created) == (at(-60), at(0))
    assert len(lab.sessions) == 1, "the CronJob itself is no run"


def test_a_time_zone_in_the_schedule_is_kept() -> None:
    due = {"batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-11-24T13:00:00+01:00"}
    assert Lab().apply(started("nightly-1", **due)).session("nightly-1").queued == at(0)


@pytest.mark.parametrize("due", ["", "yesterday"])
def test_a_schedule_that_is_no_time_is_unknown(due: str) -> None:
    lab = Lab().apply(started("nightly-1", **{"batch.kubernetes.io/cronjob-scheduled-timestamp": due}))
    assert lab.session("nightly-1").queued is None


def test_a_job_made_by_hand_from_a_cron_job_is_manual() -> None:
    """`kubectl create job --from=cronjob/nightly` makes the CronJob its owner all the same."""
    lab = Lab().apply(started("test-run", **{"cronjob.kubernetes.io/instantiate": "manual"}))
    assert (lab.session("test-run").engine, lab.session("test-run").trigger) == ("cronjob", "manual")


@pytest.mark.parametrize("late", [True, False])
def test_its_pods_belong_to_it_whatever_comes_first(late: bool) -> None:
    run = started("nightly-1")
    pod = job_pod("nightly-1-x", run, status=status("Running", running()))
    lab = Lab().apply(*((pod, run) if late else (run, pod)))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.phase, session.steps[0].attempts[0].pod) == (
        "cronjob",
        "Running",
        "nightly-1-x",
    )


def test_the_history_limit_of_the_cron_job_does_not_change_how_a_run_went() -> None:
    done = started("nightly-1") | {"status": {"conditions": [{"type": "Complete", "status": "True"}]}}
    assert Lab().apply(done).delete(done).session("nightly-1").phase == "Succeeded"


def test_a_cron_job_of_another_group_is_not_meant() -> None:
    other = thing("CronJob", "nightly", api="batch.volcano.sh/v1alpha1")
    assert Lab().apply(job("nightly-1", owner=other)).session("nightly-1").engine == "job"
