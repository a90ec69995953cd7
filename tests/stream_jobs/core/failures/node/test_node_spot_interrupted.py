"""node-spot-interrupted: events, taints and conditions of every cloud; without a word only the likely "
"cause."""

import pytest

from tests.support.lab import Lab, at, condition, job, thing
from tests.support.machines import at_work, machine

SPOT = {"karpenter.sh/capacity-type": "spot"}


@pytest.mark.parametrize(
    ("reason", "message", "component"),
    [
        ("SpotInterrupted", "Spot interruption warning was triggered", "karpenter"),
        ("TerminatingOnInterruption", "Interruption triggered termination for the Node", "karpenter"),
        ("InstanceTerminating", "Instance is terminating", "karpenter"),
        ("SpotInterruption", "Spot interruption warning", "aws-node-termination-handler"),
        ("VMEventScheduled", "Preempt Scheduled: 2026-11-24", "custom-scheduledevents-plugin-monitor"),
    ],
)
def test_events_of_the_clouds(reason: str, message: str, component: str) -> None:
    lab = Lab().apply(machine(labels=SPOT), job("train"), at_work())
    found = lab.event(machine(), reason, message, component=component).one("node-spot-interrupted")
    assert found.title == "Spot machine gpu-7 was taken back by the cloud"
    assert found.sessions == (lab.session("train").id,)


@pytest.mark.parametrize(
    "key", ["aws-node-termination-handler/spot-itn", "cloud.google.com/impending-node-termination"]
)
def test_taints_of_the_clouds(key: str) -> None:
    lab = Lab().apply(machine(), machine(spec={"taints": [{"key": key, "effect": "NoSchedule"}]}))
    assert lab.one("node-spot-interrupted").severity == "medium"  # no session needs it


def test_the_condition_on_azure() -> None:
    bad = condition("VMEventScheduled", "True", "VMEventScheduled", "Preempt Scheduled")
    assert Lab().apply(machine(bad)).one("node-spot-interrupted").since == at(60)


def test_a_nodeclaim_whose_node_is_not_known_speaks_for_itself() -> None:
    claim = thing("NodeClaim", "spot-x8k2f", api="karpenter.sh/v1", namespace="")
    lab = Lab().apply(claim).event(claim, "SpotInterrupted", "warning", component="karpenter")
    assert lab.one("node-spot-interrupted").subject.kind == "NodeClaim"
    lab.apply(machine(owner=claim))
    assert lab.anomalies("node-spot-interrupted") == []


def test_without_a_handler_the_label_gives_the_likely_cause() -> None:
    lost = machine(condition("Ready", "Unknown", "NodeStatusUnknown", seconds=60), labels=SPOT)
    lab = Lab().apply(machine(labels=SPOT), job("train"), at_work(), lost).delete(lost, seconds=120)
    found = lab.one("node-spot-interrupted")
    assert (found.confidence, found.since) == (0.6, at(60))
    assert lab.one("node-deleted").cause == found.id


def test_advice_is_only_a_hint() -> None:
    lab = Lab().apply(machine(labels=SPOT), job("train"), at_work())
    lab.event(machine(), "SpotRebalanceRecommendation", component="karpenter")
    assert lab.one("node-spot-interrupted").severity == "low"


def test_what_is_no_interruption() -> None:
    frozen = condition("VMEventScheduled", "True", "VMEventScheduled", "Freeze Scheduled")
    item = machine(frozen, labels=SPOT)
    lab = Lab().apply(item).event(item, "ScaleDown", "removed", component="cluster-autoscaler").delete(item)
    assert lab.anomalies("node-spot-interrupted") == []
