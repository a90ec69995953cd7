"""The lives of a container: which number each has, and that old ones keep their name."""

from typing import Any

from tests.support.lab import Lab, pod, running, stamp, status


def life(end: float, code: int = 1) -> dict[str, Any]:
    return {"terminated": {"exitCode": code, "startedAt": stamp(end - 1), "finishedAt": stamp(end)}}


def test_a_pod_first_seen_after_its_second_end_shows_two_lives() -> None:
    container = {"name": "main", "restartCount": 1, "state": life(40), "lastState": life(20)}
    item = pod("server", status=status("Running", container))
    lab = Lab().apply(item, verb="listed")
    assert [(each.restart, each.ended is not None) for each in lab.known(item).history.exits] == [
        (0, True),
        (1, True),
    ]


def test_a_crash_loop_of_days_keeps_its_identity() -> None:
    lab = Lab()
    for restart in range(1, 120):
        container = running(restartCount=restart, seconds=restart * 100 + 1, lastState=life(restart * 100))
        lab.apply(pod("server", status=status("Running", container)), seconds=restart * 100 + 1)
    found = lab.one("container-exit-error")
    assert found.since is not None
    assert found.since.strftime("%Y-%m-%dT%H:%M:%SZ") == stamp(100)
    assert all(each.state != "withdrawn" for each in lab.all_anomalies.values())
