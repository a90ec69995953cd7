"""liveness-probe-failing: told by the kill, or by failure upon failure; not by one slow answer."""

from typing import Any

import pytest

from tests.support.lab import Lab, pod, running, status

KILL = "Container main failed liveness probe, will be restarted"
REFUSED = 'Liveness probe failed: Get "http://10.244.0.23:8080/healthz": dial tcp: connection refused\n'
ABOUT = {"kind": "Pod", "uid": "uid-pod-server", "name": "server", "fieldPath": "spec.containers{main}"}


def server(*, restarts: int = 0, second: float = 10) -> dict[str, Any]:
    killed = {"exitCode": 137, "reason": "Error", "finishedAt": "2026-11-24T12:01:00Z"}
    more: dict[str, Any] = {"lastState": {"terminated": killed}} if restarts else {}
    return pod("server", status=status("Running", running(seconds=second, restartCount=restarts, **more)))


def told(reason: str, message: str, count: int = 1) -> Lab:
    lab = Lab().apply(server())
    return lab.event(server(), reason, message, seconds=58, count=count, involvedObject=ABOUT)


def test_a_kill_for_it_explains_the_137() -> None:
    lab = told("Unhealthy", REFUSED, 3)
    lab.event(server(), "Killing", KILL, seconds=58, type="Normal", involvedObject=ABOUT)
    lab.apply(server(restarts=1, second=61), seconds=61)
    found = lab.one("liveness-probe-failing")
    assert found.root
    assert found.severity == "high"
    assert "main" in found.title
    assert "restarted" in found.title
    assert any("connection refused" in each.says and "\n" not in each.says for each in found.evidence)
    assert lab.failures().isdisjoint({"container-oom-killed", "container-exit-error"})


@pytest.mark.parametrize("text", [REFUSED, "Liveness probe errored: rpc error"])
def test_failures_in_a_row_are_told_before_the_kill(text: str) -> None:
    assert told("Unhealthy", text).anomalies("liveness-probe-failing") == []
    assert told("Unhealthy", text, 3).one("liveness-probe-failing").severity == "medium"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500"),
        ("Unhealthy", "Startup probe failed: HTTP probe failed with statuscode: 503"),
        ("Killing", "Container main failed startup probe, will be restarted"),
        ("Killing", "Stopping container main"),
    ],
)
def test_other_probes_and_other_kills(reason: str, text: str) -> None:
    assert told(reason, text, 9).anomalies("liveness-probe-failing") == []


def test_ten_quiet_minutes_end_it() -> None:
    lab = told("Killing", KILL).apply(server(restarts=1, second=61), seconds=61)
    lab.quiet(58 + 590)
    assert lab.one("liveness-probe-failing").state == "open"
    lab.quiet(61 + 601)
    assert lab.one("liveness-probe-failing").state == "closed"
    assert "liveness-probe-failing" not in lab.failures()


def test_the_loop_that_follows_is_its_effect() -> None:
    lab = told("Killing", KILL, 3).apply(server(restarts=1, second=61), seconds=61)
    lab.event(
        server(),
        "BackOff",
        "Back-off restarting failed container main in pod server_ml(1)",
        seconds=70,
        involvedObject=ABOUT,
    )
    assert lab.one("liveness-probe-failing").root
    assert not lab.one("container-crash-loop").root
