"""cloud-capacity-unavailable: a machine was ordered, and none came."""

import pytest

from tests.support.lab import Lab, Object, condition, thing
from tests.support.unplaced import asks, bound, gpu_node, lab_with, refused

SOLD_OUT = (
    "creating instance, insufficient capacity, with fleet error(s), InsufficientInstanceCapacity: We "
    "currently do not have sufficient p4d.24xlarge capacity in the Availability Zone"
)
MESSAGE = "0/1 nodes are available: 1 Insufficient nvidia.com/gpu."
ITEM = refused(MESSAGE, asks(gpu="1"))
CLAIM = thing("NodeClaim", "gpu-x8k2f", api="karpenter.sh/v1", namespace="")


def waiting() -> Lab:
    return lab_with(ITEM, gpu_node("gpu-1", spec={}))


def test_karpenters_order_is_the_cause_for_the_pod_that_it_was_for() -> None:
    message = "Pod should schedule on: nodeclaim/gpu-x8k2f"
    lab = waiting().event(ITEM, "Nominated", message, component="karpenter")
    lab.apply(CLAIM).event(CLAIM, "InsufficientCapacityError", SOLD_OUT, component="karpenter")
    found = lab.delete(CLAIM).one("cloud-capacity-unavailable")
    assert "The cloud gave no machine for NodeClaim gpu-x8k2f: creating instance" in found.title
    effects = {each.cause for each in lab.anomalies("insufficient-gpu")}
    assert effects == {found.id}


@pytest.mark.parametrize(
    ("reason", "message", "words"),
    [
        (
            "NotTriggerScaleUp",
            "pod didn't trigger scale-up: 1 in backoff after failed scale-up",
            "in backoff",
        ),
        ("FailedScaleUp", "Node scale up in zones a failed: GCE out of resources.", "GCE out of resources"),
        ("FailedScaleUp", "Node scale up in zones a failed: GCE quota exceeded.", "quota is used up"),
    ],
)
def test_what_autoscalers_say_of_the_pod(reason: str, message: str, words: str) -> None:
    lab = waiting().event(ITEM, reason, message, component="cluster-autoscaler", seconds=40)
    found = lab.one("cloud-capacity-unavailable")
    assert words in found.title
    assert found.severity == "high"
    assert lab.apply(bound(asks(gpu="1"))).failures() == set()


def test_a_group_of_machines_that_did_not_grow() -> None:
    item = thing("ConfigMap", "cluster-autoscaler-status", namespace="kube-system")
    lab = Lab().apply(item)
    lab.event(item, "FailedToScaleUpGroup", "Scale-up failed for group gpu-a: out of stock")
    assert "gpu-a: out of stock" in lab.one("cloud-capacity-unavailable").title


@pytest.mark.parametrize(
    ("told", "found"),
    [
        (condition("Provisioned", "False", "CapacityNotFound", "Capacity is not found"), 1),
        (condition("Failed", "True", "OutOfCapacity"), 1),
        (condition("Provisioned", "False", "NotProvisioned"), 0),
        (condition("Provisioned", "True", "Provisioned"), 0),
    ],
)
def test_requests_for_machines(told: Object, found: int) -> None:
    api = "autoscaling.x-k8s.io/v1"
    item = thing("ProvisioningRequest", "r", api=api, spec={}, status={"conditions": [told]})
    assert len(Lab().apply(item).anomalies("cloud-capacity-unavailable")) == found


def test_an_order_that_nothing_came_of_is_a_guess_after_a_quarter_of_an_hour() -> None:
    lab = waiting().event(ITEM, "TriggeredScaleUp", "pod triggered scale-up", seconds=40)
    assert lab.quiet(900).anomalies("cloud-capacity-unavailable") == []
    assert lab.quiet(1000).one("cloud-capacity-unavailable").confidence == 0.5


def test_a_machine_that_comes_and_addresses_that_lack_are_no_such_thing() -> None:
    lab = waiting().event(ITEM, "TriggeredScaleUp", "pod triggered scale-up", seconds=40)
    lab.event(ITEM, "FailedScaleUp", "Node scale up failed: IP space exhausted", seconds=50)
    assert lab.apply(bound(asks(gpu="1"))).quiet(2000).anomalies("cloud-capacity-unavailable") == []
