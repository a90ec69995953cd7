"""pod-not-ready: at once where a container cannot start or fails its probe, else after 15 minutes."""

import pytest

from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    pod,
    running,
    status,
    terminated,
    waiting,
)

UNREADY = condition(
    "Ready", "False", "ContainersNotReady", "containers with unready status: [main]", seconds=20
)
CONTAINERS = condition("ContainersReady", "False", "ContainersNotReady", seconds=20)


def shown(
    *containers: Object, ready: Object = UNREADY, phase: str = "Running", more: tuple[Object, ...] = ()
) -> Object:
    return pod("scorer", status=status(phase, *containers, conditions=[*more, ready]))


def unready() -> Object:
    return running() | {"ready": False}


@pytest.mark.parametrize("reason", ["CreateContainerConfigError", "CreateContainerError", "CrashLoopBackOff"])
def test_a_container_that_cannot_start_is_told_at_once(reason: str) -> None:
    found = Lab().apply(shown(waiting(reason), phase="Pending")).one("pod-not-ready")
    assert found.title == (
        f"Pod scorer is not ready since 2026-11-24 12:00:20 UTC: container main waits with {reason}"
    )


def test_a_probe_that_failed_as_often_as_counts() -> None:
    lab = Lab().apply(shown(unready()), seconds=20)
    lab.event(
        shown(),
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        count=2,
        seconds=25,
    )
    assert lab.anomalies("pod-not-ready") == []
    lab.event(
        shown(),
        "Unhealthy",
        "Readiness probe failed: HTTP probe failed with statuscode: 503",
        count=9,
        seconds=30,
    )
    assert "Readiness probe failed: HTTP" in lab.one("pod-not-ready").title
    lab.apply(shown(running(), ready=condition("Ready", "True", seconds=60)))
    assert (lab.one("pod-not-ready").until, lab.failures()) == (at(60), set())


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (shown(unready()), "not ready: main"),
        (shown(unready(), more=(CONTAINERS,)), "not ready: main"),
        (
            shown(
                running(),
                ready=condition(
                    "Ready",
                    "False",
                    "ReadinessGatesNotReady",
                    'readiness gate "lb" does not exist',
                    seconds=20,
                ),
            ),
            "readiness gate",
        ),
        (
            shown(unready(), more=(condition("Initialized", "False", seconds=20),)),
            "its init containers have not finished",
        ),
    ],
)
def test_silence_counts_after_a_quarter_of_an_hour(item: Object, says: str) -> None:
    lab = Lab().apply(item).quiet(900)
    assert lab.anomalies("pod-not-ready") == []
    assert says in lab.quiet(925).one("pod-not-ready").title


@pytest.mark.parametrize(
    "item",
    [
        shown(
            terminated(0, "Completed"),
            ready=condition("Ready", "False", "PodCompleted", seconds=20),
            phase="Succeeded",
        ),
        shown(running(), terminated(0, "Completed", name="helper")),
        shown(waiting("ContainerCreating"), phase="Pending"),
        shown(waiting("ImagePullBackOff"), phase="Pending"),
        pod(
            "scorer",
            meta={"deletionTimestamp": "2026-11-24T12:00:10Z"},
            status=status("Running", unready(), conditions=[UNREADY]),
        ),
    ],
    ids=["completed", "a helper has ended", "starting", "image", "going"],
)
def test_not(item: Object) -> None:
    assert Lab().apply(item).quiet(1800).anomalies("pod-not-ready") == []


def test_the_cause_is_found_on_the_pod() -> None:
    train = job("train")
    missing = waiting("CreateContainerConfigError", 'configmap "params" not found')
    lab = Lab().apply(
        train, job_pod("train-x", train, status=status("Pending", missing, conditions=[UNREADY]))
    )
    assert lab.one("pod-not-ready").cause == lab.one("missing-configmap").id
