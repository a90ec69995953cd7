"""spark-submit: an application is known by its pods alone, and goes as its driver goes."""

import pytest

from tests.stream_jobs.core.engines.spark_objects import APP, driver, executor
from tests.support.lab import Lab, at, job, job_pod, running, status, terminated

KILLED = terminated(137, "OOMKilled", name="spark-kubernetes-driver", message="Java heap space")


def test_driver_and_executors_are_one_session() -> None:
    head = driver()
    lab = Lab().apply(executor(1, head), head, executor(2, head))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.name, session.run, session.definition) == (
        "spark",
        "pi-driver",
        APP,
        "pi",
    )
    assert (session.phase, session.user, session.trigger) == ("Running", "ana", "manual")
    assert [(each.name, each.after, len(each.attempts)) for each in session.steps] == [
        ("driver", (), 1),
        ("executors", ("driver",), 2),
    ]


def test_executors_that_the_driver_takes_down_tell_nothing() -> None:
    head = driver()
    lab = Lab().apply(head, executor(1, head), executor(2, head)).delete(executor(2, head), seconds=40)
    lab.delete(executor(1, head), seconds=60)
    done = driver(
        status=status("Succeeded", terminated(0, "Completed", name="spark-kubernetes-driver", seconds=70))
    )
    session = lab.apply(done).session("pi-driver")
    assert (session.phase, session.ended) == ("Succeeded", at(70))
    assert {each.phase for each in session.steps} == {"Succeeded"}
    assert lab.failures() == set()


def test_a_failed_driver_says_why() -> None:
    session = Lab().apply(driver(status=status("Failed", KILLED))).session("pi-driver")
    assert (session.phase, session.message) == ("Failed", "Java heap space")
    assert session.verdict is not None
    assert session.verdict.failure == "container-oom-killed"


def test_one_name_twice_is_two_applications() -> None:
    ended = driver(status=status("Failed", KILLED))
    again = driver(app="spark-two", uid="uid-second", seconds=90)
    lab = Lab().apply(ended).delete(ended, seconds=80).apply(again)
    assert {each.run: each.phase for each in lab.sessions.values()} == {APP: "Failed", "spark-two": "Running"}


def test_old_versions_name_it_in_an_annotation() -> None:
    head = driver(annotations={"spark-app-name": "etl"})
    del head["metadata"]["labels"]["spark-app-name"]
    assert Lab().apply(head).session("pi-driver").definition == "etl"


@pytest.mark.parametrize("seen", [True, False])
def test_in_client_mode_the_executors_are_a_part_of_what_called_spark(seen: bool) -> None:
    caller = job("etl")
    head = job_pod("etl-x", caller, labels={}, status=status("Running", running()))
    head["metadata"]["labels"]["spark-app-selector"] = APP
    lab = Lab().apply(*((caller, head) if seen else ()), executor(1, head))
    session = lab.session(APP)
    assert (session.phase, session.link) == ("Running", "owner" if seen else "")
    if seen:
        assert session.parent == lab.session("etl").id
