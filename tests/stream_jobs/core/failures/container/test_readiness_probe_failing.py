"""readiness-probe-failing: judged by the probe's own times; a start that comes right is nothing."""

import pytest

from tests.support.lab import Lab, Object, at, condition, pod, running, status

ABOUT = {"kind": "Pod", "uid": "uid-pod-scorer", "name": "scorer", "fieldPath": "spec.containers{main}"}
FAILED = "Readiness probe failed: HTTP probe failed with statuscode: 500"
PROBE = {"periodSeconds": 5, "failureThreshold": 2, "initialDelaySeconds": 10}
SPEC: Object = {"containers": [{"name": "main", "image": "s:1", "readinessProbe": PROBE}]}


def scorer(ready: bool = False, turned: float = 5) -> Object:
    turn = condition("ContainersReady", str(ready), seconds=turned)
    return pod("scorer", spec=SPEC, status=status("Running", running(ready=ready), conditions=[turn]))


def failing(text: str = FAILED, **more: object) -> Lab:
    lab = Lab().apply(scorer(), seconds=10)
    return lab.event(scorer(), "Unhealthy", text, seconds=22, involvedObject=ABOUT, **more)


@pytest.mark.parametrize(
    "text", [FAILED, "Readiness probe errored: rpc error", "Readiness probe failed: model not loaded\n"]
)
def test_it_runs_and_is_not_ready(text: str) -> None:
    lab = failing(text)
    assert lab.quiet(28).anomalies("readiness-probe-failing") == []
    found = lab.quiet(31).one("readiness-probe-failing")
    assert (found.root, found.severity, found.since) == (True, "low", at(22))  # it may still be starting
    assert "Container main of pod scorer runs, but is not ready" in found.title
    assert "\n" not in found.title
    assert lab.quiet(400).one("readiness-probe-failing").state == "open"


def test_what_was_ready_before_is_told_at_once() -> None:
    lab = (
        Lab()
        .apply(scorer(), seconds=10)
        .apply(scorer(True, 30), seconds=30)
        .apply(scorer(False, 300), seconds=300)
    )
    lab.event(scorer(False, 300), "Unhealthy", FAILED, seconds=300, involvedObject=ABOUT)
    assert lab.quiet(301).one("readiness-probe-failing").state == "open"
    lab.apply(scorer(True, 360), seconds=360)
    found = lab.one("readiness-probe-failing")
    assert (found.until, found.severity) == (at(360), "info")


def test_a_start_that_comes_right_is_nothing() -> None:
    lab = failing().apply(scorer(True, 60), seconds=60)
    assert lab.quiet(900).anomalies("readiness-probe-failing") == []


@pytest.mark.parametrize(
    "text", ["Liveness probe failed: timeout", "Startup probe failed: HTTP probe failed with statuscode: 503"]
)
def test_other_probes(text: str) -> None:
    assert failing(text).quiet(900).anomalies("readiness-probe-failing") == []


def test_one_failed_probe_of_a_ready_pod_is_nothing() -> None:
    lab = Lab().apply(scorer(True, 30), seconds=30)
    lab.event(scorer(True, 30), "Unhealthy", FAILED, seconds=300, involvedObject=ABOUT)
    assert lab.quiet(900).anomalies("readiness-probe-failing") == []


def test_a_pod_that_was_told_to_go_is_not_ready_by_design() -> None:
    meta = {"deletionTimestamp": "2026-11-24T12:01:00Z", "deletionGracePeriodSeconds": 30}
    item = scorer(True, 20)
    gone = scorer(False, 40)
    gone["metadata"] |= meta
    lab = Lab().apply(item, seconds=20).apply(gone, seconds=40)
    lab.event(gone, "Unhealthy", FAILED, seconds=45, involvedObject=ABOUT)
    assert lab.quiet(55).anomalies("readiness-probe-failing") == []
