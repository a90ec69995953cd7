"""node-drain-or-scale-down: an autoscaler says so, or pods are evicted from a closed node."""

import pytest

from tests.support.lab import Lab, Object, at, job
from tests.support.machines import at_work, evicted, machine

CLOSED = {"unschedulable": True}


def leaving(key: str) -> Object:
    return machine(spec={"taints": [{"key": key, "effect": "NoSchedule", "value": "1795521600"}]})


@pytest.mark.parametrize(
    ("reason", "message", "component", "words"),
    [
        ("ScaleDown", "marked the node as toBeDeleted/unschedulable", "cluster-autoscaler", "autoscaler"),
        ("ScaleDown", "node removed by cluster autoscaler", "cluster-autoscaler", "autoscaler"),
        ("DisruptionTerminating", "Disrupting Node: Underutilized", "karpenter", "Karpenter (Underutilized)"),
    ],
)
def test_events_of_autoscalers(reason: str, message: str, component: str, words: str) -> None:
    lab = Lab().apply(machine(), job("train"), at_work())
    lab.event(machine(), reason, message, component=component, seconds=60)
    found = lab.one("node-drain-or-scale-down")
    assert words in found.title
    assert "with 1 pod at work on it" in found.title
    assert (found.sessions, found.since) == ((lab.session("train").id,), at(60))


@pytest.mark.parametrize(
    "key", ["ToBeDeletedByClusterAutoscaler", "karpenter.sh/disrupted", "karpenter.sh/disruption"]
)
def test_taints_of_autoscalers(key: str) -> None:
    lab = Lab().apply(machine(), job("train"), at_work()).apply(leaving(key), seconds=60)
    assert lab.one("node-drain-or-scale-down").since == at(60)
    assert lab.apply(machine(), seconds=90).one("node-drain-or-scale-down").until == at(90)


def test_evictions_from_a_closed_node_are_a_drain() -> None:
    lab = Lab().apply(machine(), job("train"), at_work()).apply(machine(spec=CLOSED), seconds=60)
    assert lab.anomalies("node-drain-or-scale-down") == []
    found = lab.apply(evicted(), seconds=71).one("node-drain-or-scale-down")
    assert found.title == "Node gpu-7 was drained: it was closed for new pods, and 1 pod evicted"
    assert (found.subject.name, found.root, found.since) == ("gpu-7", True, at(60))


def test_the_order_in_which_pod_and_node_arrive_is_of_no_matter() -> None:
    lab = Lab().apply(job("train"), evicted(), seconds=80).apply(machine(spec=CLOSED), seconds=81)
    assert lab.one("node-drain-or-scale-down").subject.name == "gpu-7"


@pytest.mark.parametrize(
    "item",
    [
        machine(spec=CLOSED),
        leaving("DeletionCandidateOfClusterAutoscaler"),
        leaving("maintenance"),
    ],
)
def test_a_node_that_is_only_closed_or_considered_is_none(item: Object) -> None:
    lab = Lab().apply(machine(), item, job("train"), at_work())
    lab.event(machine(), "ScaleDownFailed", "failed to drain the node", component="cluster-autoscaler")
    assert lab.anomalies("node-drain-or-scale-down") == []


def test_an_eviction_from_an_open_node_is_none() -> None:
    lab = Lab().apply(machine(), job("train"), evicted())
    assert lab.anomalies("node-drain-or-scale-down") == []


def test_an_idle_node_that_goes_is_a_note() -> None:
    going = leaving("ToBeDeletedByClusterAutoscaler")
    lab = Lab().apply(machine(), going)
    assert lab.delete(going).one("node-drain-or-scale-down").severity == "info"
    assert lab.anomalies("node-deleted") == []
