"""What is over is let go of after a day; nothing is withdrawn by it, and what goes on is kept."""

from tests.support.lab import Lab, condition, job, job_pod, status, terminated

DAY = 24 * 3600


def finished(lab: Lab) -> Lab:
    train = job("train", status={"conditions": [condition("Failed", reason="BackoffLimitExceeded")]})
    killed = job_pod("train-x", train, status=status("Failed", terminated(137, "OOMKilled")))
    return lab.apply(train, killed).event(killed, "Killing", "Stopping container main").quiet(100)


def test_a_deleted_run_is_forgotten_after_a_day_and_its_rows_stay() -> None:
    lab = finished(Lab())
    train, killed = job("train"), job_pod("train-x", job("train"))
    lab.delete(killed | {"status": status("Failed", terminated(137, "OOMKilled"))}, seconds=200)
    lab.delete(train | {"status": {"conditions": [condition("Failed")]}}, seconds=201).quiet(300)
    before = lab.sessions.copy()
    lab.cell.take_dirty()
    lab.quiet(DAY + 1000)

    assert lab.cell.objects == {}
    assert lab.cell.members == {}
    assert lab.cell.marks == {}
    assert lab.cell.sightings == {}
    assert lab.sessions == before
    assert lab.one("container-oom-killed").state == "closed"
    gone = {key for key, value in lab.cell.take_dirty() if value is None}
    assert {"o/uid-job-train", "o/uid-pod-train-x"} <= gone


def test_a_run_that_still_exists_is_kept() -> None:
    lab = finished(Lab()).quiet(3 * DAY)
    assert {known.name for known in lab.cell.objects.values()} == {"train", "train-x"}
    assert lab.session("train").verdict is not None


def test_a_definition_whose_only_good_run_went_on_after_all_is_forgotten_too() -> None:
    done = job("train", status={"conditions": [condition("Complete")]})
    again = job("train", status={"conditions": [condition("Complete", "False")]})
    lab = Lab().apply(done, again).quiet(100)
    assert (lab.session("train").phase, lab.cell.good_runs) == ("Pending", {})
