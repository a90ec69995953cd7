"""gpu-device-plugin-down: none of the GPUs is offered, and not only for a moment."""

import pytest

from tests.support.lab import Lab, Object, at, condition, job, node, pod, running, status, thing, waiting
from tests.support.machines import GPU, machine
from tests.support.unplaced import asks, refused

PRESENT = {f"{GPU}.present": "true"}
DAEMON = thing(
    "DaemonSet", "nvidia-device-plugin-daemonset", api="apps/v1", namespace="gpu-operator", spec={}
)
NONE = machine(room={GPU: "0"}, capacity={GPU: "4"})


def plugin(*, ready: bool) -> Object:
    state = (
        status("Running", running(), conditions=[condition("Ready")])
        if ready
        else status("Pending", waiting("PodInitializing"), conditions=[condition("Ready", "False")])
    )
    parts = {"owner": DAEMON, "namespace": "gpu-operator"}
    return pod("nvidia-device-plugin-daemonset-x7", spec={"nodeName": "gpu-7"}, status=state, **parts)


@pytest.mark.parametrize(
    ("item", "confidence"),
    [(NONE, 1.0), (machine(room={GPU: "0"}, labels=PRESENT), 0.6), (machine(labels=PRESENT), 0.6)],
)
def test_no_gpu_is_offered(item: Object, confidence: float) -> None:
    """At first sight: one moment, as of a dump, is enough."""
    found = Lab().apply(item).quiet(2).one("gpu-device-plugin-down")
    assert found.title.startswith("No GPU of node gpu-7 is offered to pods, though it has ")
    assert found.confidence == confidence


def test_the_pod_that_is_not_ready_is_named_and_gpus_that_come_back_end_it() -> None:
    lab = Lab().apply(DAEMON, NONE, plugin(ready=False)).quiet(70)
    assert "nvidia-device-plugin-daemonset-x7 (PodInitializing) is not ready" in lab.anomalies()[0].title
    back = machine(room={GPU: "4"}, capacity={GPU: "4"})
    assert lab.apply(back, seconds=100).one("gpu-device-plugin-down").until == at(100)


def test_it_is_why_a_pod_finds_no_gpu() -> None:
    message = f"0/1 nodes are available: 1 Insufficient {GPU}."
    lab = Lab().apply(job("train"), NONE, refused(message, asks(gpu="1"))).quiet(70)
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "gpu-device-plugin-down"


def test_a_plugin_that_is_well_means_that_the_gpus_are_not() -> None:
    lab = Lab().apply(DAEMON, NONE, plugin(ready=True)).quiet(70)
    assert [each.failure for each in lab.anomalies()] == ["node-gpu-capacity-dropped"]


def test_a_new_node_has_ten_minutes_and_a_plugin_a_moment_to_restart() -> None:
    new = node("new", labels=PRESENT, status={"allocatable": {"cpu": "8"}})
    assert Lab().apply(new).quiet(590).anomalies() == []
    lab = Lab().apply(machine(room={GPU: "4"}, capacity={GPU: "4"})).apply(NONE, seconds=10)
    lab.apply(machine(room={GPU: "4"}, capacity={GPU: "4"}), seconds=40).quiet(600)
    assert lab.anomalies() == []
