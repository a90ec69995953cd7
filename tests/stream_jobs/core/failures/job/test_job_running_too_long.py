"""job-running-too-long: against earlier runs; where there are none it is only a remark."""

from tests.support.lab import Lab, Object, condition, job, stamp, thing

HOUR = 3600.0
CRON = thing("CronJob", "nightly", api="batch/v1", spec={"schedule": "0 2 * * *"})


def run(name: str, start: float, end: float | None = None, **parts: object) -> Object:
    told: Object = {"startTime": stamp(start), "active": int(end is None)}
    if end is not None:
        told["conditions"] = [condition("Complete", seconds=end)]
    return job(name, status=told, owner=CRON, **parts)


def history(hours: float) -> list[Object]:
    return [run(f"nightly-{number}", number * 100, number * 100 + hours * HOUR) for number in range(3)]


def test_far_longer_than_usual() -> None:
    now = run("nightly-9", 7 * HOUR)
    lab = Lab().apply(CRON, *history(6), now).quiet(7 * HOUR + 18 * HOUR)
    assert lab.anomalies("job-running-too-long") == []
    lab.quiet(7 * HOUR + 18 * HOUR + 60)
    found = lab.one("job-running-too-long")
    assert "its 3 earlier runs took 6 h (median)" in found.title
    assert found.severity == "medium"


def test_twelve_hours_without_a_history_are_a_remark() -> None:
    lab = Lab().apply(run("train", 0)).quiet(12 * HOUR + 60)
    assert lab.one("job-running-too-long").severity == "info"


def test_short_or_over_or_paused_or_usual() -> None:
    paused = run("paused", 0, spec={"suspend": True})
    lab = Lab().apply(CRON, *history(30), run("new", 100 * HOUR), run("ended", 0, HOUR), paused)
    assert lab.quiet(100 * HOUR + 60 * HOUR).anomalies("job-running-too-long") == []
