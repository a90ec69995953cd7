"""container-killed-by-signal: a 137 or 143 that no delete and no eviction explains."""

from typing import Any

import pytest

from tests.support.lab import Lab, condition, job, job_pod, stamp, status, terminated

ABOUT = {"kind": "Pod", "uid": "uid-pod-train-x", "name": "train-x", "fieldPath": "spec.containers{main}"}


def ended(code: int, reason: str = "Error", *, meta: dict[str, Any] | None = None, **more: Any) -> Lab:
    state = status("Failed", terminated(code, reason), **more)
    return Lab().apply(job("train"), job_pod("train-x", job("train"), status=state, meta=meta or {}))


@pytest.mark.parametrize(("code", "words"), [(137, "killed at once"), (143, "asked to stop")])
def test_it_says_which_signal(code: int, words: str) -> None:
    lab = ended(code)
    found = lab.one("container-killed-by-signal")
    assert found.severity == "medium"
    assert words in found.title
    assert lab.anomalies("container-exit-error") == []


def test_the_probe_that_killed_it_is_the_cause() -> None:
    lab = ended(137)
    pod = job_pod("train-x", job("train"))
    lab.event(
        pod,
        "Killing",
        "Container main failed liveness probe, will be restarted",
        seconds=55,
        involvedObject=ABOUT,
    )
    assert lab.one("liveness-probe-failing").root
    assert not lab.one("container-killed-by-signal").root


def test_the_kubelets_own_stop_needs_no_words() -> None:
    lab = ended(137)
    pod = job_pod("train-x", job("train"))
    lab.event(pod, "Killing", "Stopping container main", seconds=55, involvedObject=ABOUT)
    assert lab.anomalies("container-killed-by-signal") == []


@pytest.mark.parametrize(
    "lab",
    [
        ended(137, "OOMKilled"),
        ended(137, "ContainerStatusUnknown"),
        ended(137, reason="Error", meta={"deletionTimestamp": stamp(85), "deletionGracePeriodSeconds": 30}),
        ended(143, conditions=[condition("DisruptionTarget", reason="EvictionByEvictionAPI", seconds=50)]),
        ended(1),
    ],
    ids=["memory", "placeholder", "deleted", "evicted", "own error"],
)
def test_ends_that_have_another_name(lab: Lab) -> None:
    assert lab.anomalies("container-killed-by-signal") == []


def test_an_evicted_pods_137_is_the_evictions() -> None:
    state = status("Failed", terminated(137), reason="Evicted", message="The node was low on memory")
    lab = Lab().apply(job("train"), job_pod("train-x", job("train"), status=state))
    assert lab.anomalies("container-killed-by-signal") == []
