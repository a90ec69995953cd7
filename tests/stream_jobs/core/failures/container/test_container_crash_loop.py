"""container-crash-loop is how it shows; the end of the container is why."""

from typing import Any

from tests.support.lab import Lab, pod, running, stamp, status, terminated, waiting


def life(code: int, start: float, end: float, reason: str = "Error") -> dict[str, Any]:
    ended = {"exitCode": code, "reason": reason, "startedAt": stamp(start), "finishedAt": stamp(end)}
    return {"terminated": ended}


def backing_off(restart: int, last: dict[str, Any]) -> dict[str, Any]:
    return waiting("CrashLoopBackOff", "back-off 10s restarting", restartCount=restart, lastState=last)


def server(container: dict[str, Any], phase: str = "Running") -> dict[str, Any]:
    return pod("server", spec={"restartPolicy": "Always"}, status=status(phase, container))


def test_the_exit_is_the_root_and_the_loop_its_effect() -> None:
    lab = Lab().apply(server(backing_off(1, life(1, 10, 12))), seconds=20)
    found = lab.one("container-crash-loop")
    assert not found.root
    assert "raised an error" in found.title
    assert lab.one("container-exit-error").root
    verdict = lab.session("server").verdict
    assert verdict is not None
    assert verdict.failure == "container-exit-error"


def test_it_stays_open_in_the_seconds_in_which_the_container_runs() -> None:
    lab = Lab().apply(server(backing_off(1, life(1, 10, 12))), seconds=20)
    lab.apply(server(running(seconds=22, restartCount=2, lastState=life(1, 10, 12))), seconds=22)
    assert lab.one("container-crash-loop").state == "open"
    lab.quiet(22 + 601)
    assert lab.one("container-crash-loop").state == "closed"
    assert lab.failures().isdisjoint({"container-crash-loop", "container-exit-error"})


def test_three_ends_within_ten_minutes_are_a_loop_though_nobody_saw_the_back_off() -> None:
    lab = Lab()
    for restart, (start, end) in enumerate(((0, 100), (101, 200), (201, 300))):
        container = {"name": "main", "restartCount": restart, "state": life(1, start, end)}
        lab.apply(server(container), seconds=end)
        assert bool(lab.anomalies("container-crash-loop")) == (restart == 2)


def test_ends_hours_apart_are_no_loop() -> None:
    lab = Lab()
    for restart, start in enumerate((0, 4000, 8000, 12000)):
        container = {"name": "main", "restartCount": restart, "state": life(1, start, start + 3900)}
        lab.apply(server(container), seconds=start + 3900)
    assert lab.anomalies("container-crash-loop") == []
    assert len(lab.anomalies("container-exit-error")) == 4


def test_the_event_alone_is_enough() -> None:
    crashed = server({"name": "main", "restartCount": 0, "state": life(1, 10, 12)})
    lab = Lab().apply(crashed, seconds=12)
    about = {"kind": "Pod", "uid": "uid-pod-server", "name": "server", "fieldPath": "spec.containers{main}"}
    said = "Back-off restarting failed container main in pod server_ml(a95)"
    lab.event(crashed, "BackOff", said, seconds=13, involvedObject=about)
    assert lab.one("container-crash-loop").state == "open"


def test_a_pull_that_backs_off_is_no_crash() -> None:
    lab = Lab().apply(pod("server", status=status("Pending", waiting("ImagePullBackOff"))))
    assert lab.anomalies("container-crash-loop") == []


def test_a_program_that_ends_well_belongs_in_a_job() -> None:
    done = terminated(0, "Completed")["state"]
    lab = Lab().apply(server(backing_off(1, done)))
    found = lab.one("container-crash-loop")
    assert found.root
    assert "ends well" in found.title


def test_a_loop_that_ended_in_success_is_a_note() -> None:
    lab = Lab().apply(pod("etl", status=status("Running", backing_off(1, life(5, 10, 12)))), seconds=20)
    good = {"name": "main", "restartCount": 2, "state": life(0, 30, 40, "Completed")}
    lab.apply(pod("etl", status=status("Succeeded", good)), seconds=40)
    assert lab.one("container-crash-loop").severity == "info"
    assert lab.session("etl").verdict is None
