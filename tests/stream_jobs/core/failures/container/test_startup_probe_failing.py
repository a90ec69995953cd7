"""startup-probe-failing: the kill tells it; failures before it are what a slow start looks like."""

import pytest

from tests.support.lab import Lab, Object, at, pod, running, status

ABOUT = {"kind": "Pod", "uid": "uid-pod-llm", "name": "llm", "fieldPath": "spec.containers{main}"}
KILL = "Container main failed startup probe, will be restarted"
FAILED = "Startup probe failed: HTTP probe failed with statuscode: 503"


def llm(*, restarts: int = 0, second: float = 10, started: bool = False) -> Object:
    killed = {"exitCode": 137, "reason": "Error", "finishedAt": "2026-11-24T12:01:00Z"}
    more: Object = {"lastState": {"terminated": killed}} if restarts else {}
    state = running(seconds=second, restartCount=restarts, started=started, ready=started, **more)
    return pod("llm", status=status("Running", state))


def killed(text: str = FAILED) -> Lab:
    lab = Lab().apply(llm()).event(llm(), "Unhealthy", text, seconds=50, count=30, involvedObject=ABOUT)
    lab.event(llm(), "Killing", KILL, seconds=58, type="Normal", involvedObject=ABOUT)
    return lab.apply(llm(restarts=1, second=61), seconds=62)


@pytest.mark.parametrize(
    "text",
    [
        FAILED,
        "Startup probe failed: dial tcp 10.0.0.9:8000: connect: connection refused",
        "Startup probe errored: x",
    ],
)
def test_the_kill_for_it(text: str) -> None:
    lab = killed(text)
    found = lab.one("startup-probe-failing")
    assert (found.root, found.since) == (True, at(50))
    assert found.title == (
        "Container main of pod llm did not pass its startup probe in time and was started anew"
    )
    assert not lab.one("container-killed-by-signal").root
    assert lab.anomalies("liveness-probe-failing") == []


def test_it_is_over_when_a_later_start_passes() -> None:
    lab = killed().apply(llm(restarts=1, second=61, started=True), seconds=90).quiet(700)
    assert (lab.one("startup-probe-failing").until, lab.one("startup-probe-failing").severity) == (
        at(61),
        "info",
    )


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("Unhealthy", FAILED),  # no kill: the start is slow
        ("Killing", "Container main failed liveness probe, will be restarted"),
        ("Killing", "Stopping container main"),
        ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500"),
    ],
)
def test_a_slow_start_and_other_probes(reason: str, text: str) -> None:
    lab = Lab().apply(llm()).event(llm(), reason, text, count=9, involvedObject=ABOUT)
    assert lab.quiet(300).anomalies("startup-probe-failing") == []
