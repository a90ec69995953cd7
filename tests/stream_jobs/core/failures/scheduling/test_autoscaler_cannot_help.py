"""autoscaler-cannot-help: what the cluster autoscaler and Karpenter say when they add nothing."""

import pytest

from tests.support.lab import Lab, node, thing
from tests.support.unplaced import asks, bound, lab_with, refused

MESSAGE = "0/1 nodes are available: 1 Insufficient cpu."
PREFIX = "pod didn't trigger scale-up: "


def asked(reason: str, message: str, component: str) -> Lab:
    item = refused(MESSAGE, asks(cpu="2"))
    return lab_with(item, node("worker-1")).event(item, reason, message, component=component)


@pytest.mark.parametrize(
    ("reason", "message", "component", "words"),
    [
        (
            "NotTriggerScaleUp",
            PREFIX + "2 node(s) didn't match Pod's node affinity/selector, 1 Insufficient nvidia.com/gpu",
            "cluster-autoscaler",
            "no machine that may be added would fit (2 node(s) didn't match",
        ),
        (
            "NotTriggerScaleUp",
            PREFIX + "2 max node group size reached",
            "cluster-autoscaler",
            "the limit for machines is reached (2 max node group size reached)",
        ),
        ("NotTriggerScaleUp", PREFIX, "cluster-autoscaler", "would fit"),
        (
            "FailedScheduling",
            'Failed to schedule pod, incompatible with nodepool "gpu", daemonset overhead={}',
            "karpenter",
            "would fit (incompatible with nodepool",
        ),
        (
            "FailedScheduling",
            'Failed to schedule pod, all available instance types exceed limits for nodepool: "gpu"',
            "karpenter",
            "the limit for machines is reached",
        ),
    ],
)
def test_every_wording(reason: str, message: str, component: str, words: str) -> None:
    found = asked(reason, message, component).one("autoscaler-cannot-help")
    assert words in found.title
    assert found.severity == "medium"


def test_a_nodepool_without_machines() -> None:
    pool = thing("NodePool", "gpu", api="karpenter.sh/v1", namespace="")
    lab = Lab().apply(pool).event(pool, "NoCompatibleInstanceTypes", component="karpenter")
    assert "NodePool gpu can order no machine" in lab.one("autoscaler-cannot-help").title


def test_a_machine_that_is_ordered_after_all_and_a_node_end_it() -> None:
    lab = asked("NotTriggerScaleUp", PREFIX + "1 Insufficient cpu", "cluster-autoscaler")
    item = refused(MESSAGE, asks(cpu="2"))
    lab.event(item, "TriggeredScaleUp", "pod triggered scale-up: [{a 1->2 (max: 5)}]", seconds=60)
    assert lab.one("autoscaler-cannot-help").until is not None
    assert lab.apply(bound(asks(cpu="2"))).failures() == set()


@pytest.mark.parametrize(
    ("reason", "message", "component"),
    [
        ("NotTriggerScaleUp", PREFIX + "1 in backoff after failed scale-up", "cluster-autoscaler"),
        ("TriggeredScaleUp", "pod triggered scale-up", "cluster-autoscaler"),
        ("FailedScheduling", MESSAGE, "default-scheduler"),
        ("Nominated", "Pod should schedule on: nodeclaim/gpu-x", "karpenter"),
    ],
)
def test_what_is_another_matter(reason: str, message: str, component: str) -> None:
    assert asked(reason, message, component).anomalies("autoscaler-cannot-help") == []
