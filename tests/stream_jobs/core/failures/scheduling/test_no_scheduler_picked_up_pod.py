"""no-scheduler-picked-up-pod: nobody has said a word of the pod."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, at, condition, job, job_pod, status, thing


def fresh(scheduler: str = "default-scheduler", *conditions: Object, **parts: Any) -> Object:
    spec = {"schedulerName": scheduler} | parts.pop("spec", {})
    state = status("Pending", conditions=conditions)
    return job_pod("train-x", job("train"), spec=spec, status=state, **parts)


@pytest.mark.parametrize(
    ("scheduler", "before", "after", "confidence"),
    [("default-scheduler", 119, 121, 1.0), ("volcano", 14, 16, 0.7), ("volcano", 14, 130, 1.0)],
)
def test_it_is_told_after_a_while(scheduler: str, before: float, after: float, confidence: float) -> None:
    lab = Lab().apply(job("train"), fresh(scheduler)).quiet(before)
    assert lab.anomalies() == []
    found = lab.quiet(after).one("no-scheduler-picked-up-pod")
    assert found.title == f"No scheduler has looked at pod train-x: it asks for scheduler {scheduler}"
    assert (found.confidence, found.root, found.severity) == (confidence, True, "high")


def test_a_scheduler_that_came_late_ends_it() -> None:
    lab = Lab().apply(job("train"), fresh()).quiet(200)
    lab.apply(fresh("default-scheduler", condition("PodScheduled", "True", seconds=210)), seconds=211)
    found = lab.one("no-scheduler-picked-up-pod")
    assert (found.until, found.severity) == (at(210), "info")


@pytest.mark.parametrize(
    "item",
    [
        fresh("volcano", condition("PodScheduled", "False", "Unschedulable", "0/1 nodes", seconds=5)),
        fresh("volcano", condition("PodScheduled", "True", seconds=5)),
        fresh(spec={"nodeName": "worker-1"}),
        fresh(spec={"schedulingGates": [{"name": "kueue.x-k8s.io/admission"}]}),
        fresh(meta={"deletionTimestamp": "2026-11-24T12:00:40Z", "deletionGracePeriodSeconds": 30}),
    ],
)
def test_somebody_looked_or_need_not(item: Object) -> None:
    lab = Lab().apply(job("train"), item).quiet(600)
    assert lab.anomalies("no-scheduler-picked-up-pod") == []


def test_a_gang_that_its_scheduler_holds_back_was_looked_at() -> None:
    api = "scheduling.volcano.sh/v1beta1"
    group = thing("PodGroup", "gang", api=api, status={"phase": "Pending"}, spec={})
    item = fresh("volcano", annotations={"scheduling.k8s.io/group-name": "gang"})
    lab = Lab().apply(job("train"), group, item).quiet(600)
    assert lab.anomalies("no-scheduler-picked-up-pod") == []


def test_a_pod_that_was_found_with_its_word_says_nothing_of_before() -> None:
    """Of a pod that the kubelet runs from a file, or whose machine restarted, the time is a later one."""
    found = fresh("default-scheduler", condition("PodScheduled", "True", seconds=900), spec={"nodeName": "a"})
    assert Lab().apply(found, seconds=1000).anomalies("no-scheduler-picked-up-pod") == []


def test_an_event_of_a_scheduler_is_a_word() -> None:
    item = fresh("volcano")
    lab = Lab().apply(job("train"), item).event(item, "FailedScheduling", "0/1 nodes", component="volcano")
    assert lab.quiet(600).anomalies("no-scheduler-picked-up-pod") == []
