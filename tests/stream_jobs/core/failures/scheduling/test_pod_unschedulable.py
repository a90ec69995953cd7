"""pod-unschedulable tells the scheduler's reasons, and is history once the pod has its node."""

import pytest

from tests.support.lab import Lab, at, condition, job, job_pod, node, status
from tests.support.unplaced import asks, bound, lab_with, refused

CROWDED = "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No victims."


def test_it_names_pod_and_reasons_without_the_preemption_suffix() -> None:
    lab = lab_with(refused(CROWDED, asks(cpu="4")), node("worker-1"))
    found = lab.one("pod-unschedulable")
    assert found.title == "Pod train-x has found no node since 2026-11-24 12:00:05 UTC: 1 Insufficient cpu"
    assert (found.severity, found.root) == ("medium", False)


def test_it_is_high_after_a_quarter_of_an_hour() -> None:
    lab = lab_with(refused(CROWDED, asks(cpu="4")), node("worker-1"))
    assert lab.quiet(904).one("pod-unschedulable").severity == "medium"
    assert lab.quiet(906).one("pod-unschedulable").severity == "high"


def test_an_event_alone_is_enough_and_the_newest_form_of_events_too() -> None:
    item = job_pod("train-x", job("train"))
    lab = Lab().apply(job("train"), item)
    lab.event(
        item,
        "FailedScheduling",
        "0/3 nodes are available: 3 Too many pods.",
        source={},
        reportingComponent="default-scheduler",
        firstTimestamp=None,
        lastTimestamp=None,
        count=None,
        eventTime="2026-11-24T12:00:20.5Z",
    )
    assert lab.one("pod-unschedulable").title.endswith("12:00:20 UTC: 3 Too many pods")


def test_scheduled_later_is_history() -> None:
    lab = lab_with(refused(CROWDED, asks(cpu="4")), node("worker-1")).apply(bound(asks(cpu="4")))
    found = lab.one("pod-unschedulable")
    assert (found.severity, found.state, found.until) == ("info", "closed", at(90))
    assert lab.session("train").verdict is None


def test_while_a_machine_is_on_its_way_it_is_a_note() -> None:
    item = refused(CROWDED, asks(cpu="4"))
    lab = lab_with(item, node("worker-1"))
    lab.event(
        item,
        "TriggeredScaleUp",
        "pod triggered scale-up: [{pool 1->2 (max: 5)}]",
        component="cluster-autoscaler",
    )
    assert {each.severity for each in lab.anomalies()} == {"info"}
    assert lab.session("train").verdict is None
    assert lab.quiet(1000).one("pod-unschedulable").severity == "high"


@pytest.mark.parametrize("component", ["karpenter", "cluster-autoscaler"])
def test_what_adds_machines_is_no_scheduler(component: str) -> None:
    item = job_pod("train-x", job("train"))
    lab = Lab().apply(job("train"), item)
    lab.event(
        item, "FailedScheduling", "Failed to schedule pod, incompatible requirements", component=component
    )
    assert lab.anomalies("pod-unschedulable") == []


def test_a_gated_pod_waits_by_design() -> None:
    held = condition(
        "PodScheduled", "False", "SchedulingGated", "Scheduling is blocked due to non-empty gates"
    )
    lab = Lab().apply(
        job("train"), job_pod("train-x", job("train"), status=status("Pending", conditions=[held]))
    )
    assert lab.quiet(5000).anomalies() == []


def test_a_cordoned_node_is_where_the_cause_is_looked_for() -> None:
    closed = node(
        "worker-1",
        spec={
            "unschedulable": True,
            "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}],
        },
    )
    item = refused("0/1 nodes are available: 1 node(s) were unschedulable. preemption: not helpful")
    lab = lab_with(item, closed)
    found = lab.cell.findings[item["metadata"]["uid"]]
    assert [each.about for each in found if each.failure == "pod-unschedulable"] == [("Node//worker-1",)]
    assert lab.one("pod-unschedulable").cause == lab.one("node-cordoned").id
