"""node-network-unavailable: True is bad, but for NetworkingReady; a new node and a short restart are none."""

import pytest

from tests.support.lab import Lab, Object, condition, job, node, running, stamp, status, waiting
from tests.support.machines import at_work, machine

CNI = (
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network "
    "plugin returns error: cni plugin not initialized"
)
DOWN = condition("NetworkUnavailable", "True", "CalicoIsDown", "Calico is shutting down on this node")


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (DOWN, "CalicoIsDown"),
        (condition("NetworkingReady", "False", "IPAMDNotReady", "ipamd is down"), "ipamd is down"),
        (condition("Ready", "False", "KubeletNotReady", CNI), "cni plugin not initialized"),
    ],
)
def test_every_way_in_which_a_node_says_so(bad: Object, words: str) -> None:
    found = Lab().apply(machine(bad)).quiet(300).one("node-network-unavailable")
    assert found.title.startswith("Node gpu-7 has no network for pods")
    assert words in found.title


def test_what_lasts_is_the_cause_of_the_node_not_being_ready() -> None:
    lab = Lab().apply(machine(condition("Ready", "False", "KubeletNotReady", CNI))).quiet(300)
    assert lab.one("node-not-ready").cause == lab.one("node-network-unavailable").id


def test_a_pod_that_waits_for_it_blames_the_node() -> None:
    pod = at_work(state=status("Pending", waiting("ContainerCreating")))
    lab = Lab().apply(machine(), job("train"), pod)
    lab.event(pod, "NetworkNotReady", f"network is not ready: {CNI}", seconds=60)
    assert lab.quiet(150).anomalies("node-network-unavailable") == []
    found = lab.quiet(200).one("node-network-unavailable")
    assert (found.subject.kind, found.root) == ("Node", True)
    cured = at_work(state=status("Running", running(seconds=210)))
    assert lab.apply(cured, seconds=211).one("node-network-unavailable").severity == "info"


@pytest.mark.parametrize(
    "item",
    [
        machine(condition("NetworkUnavailable", "False", "CalicoIsUp")),
        machine(condition("NetworkUnavailable", "Unknown")),
        machine(condition("NetworkingReady", "True", "NetworkingIsReady")),
        machine(condition("Ready", "False", "KubeletNotReady", "PLEG is not healthy")),
        node("new", status={"conditions": [DOWN]}, meta={"creationTimestamp": stamp(50)}),
    ],
)
def test_what_is_none(item: Object) -> None:
    assert Lab().apply(item, seconds=61).quiet(160).anomalies("node-network-unavailable") == []


def test_a_plugin_that_only_restarts_is_none() -> None:
    bad, well = (
        condition("Ready", "False", "KubeletNotReady", CNI, 60),
        condition("Ready", "True", seconds=75),
    )
    lab = Lab().apply(machine(bad), machine(well)).quiet(600)
    assert lab.anomalies("node-network-unavailable") == []
