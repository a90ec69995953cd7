"""node-gpu-capacity-dropped: fewer offered than there are, for reasons that are no setting."""

import pytest

from tests.support.lab import Lab, Object, at, condition, job
from tests.support.machines import GPU, machine
from tests.support.unplaced import asks, refused

EIGHT = {f"{GPU}.count": "8", f"{GPU}.present": "true"}


def gpus(offered: object, has: object = None, **parts: Object) -> Object:
    return machine(room={GPU: str(offered)}, capacity={GPU: str(has)} if has is not None else {}, **parts)


@pytest.mark.parametrize("item", [gpus(7, 8), gpus(7, 7, labels=EIGHT)])
def test_fewer_than_it_has(item: Object) -> None:
    found = Lab().apply(item).one("node-gpu-capacity-dropped")
    assert found.title == f"Node gpu-7 offers 7 of its 8 GPUs ({GPU})"


def test_fewer_than_before_is_less_sure_and_over_when_they_are_back() -> None:
    lab = Lab().apply(gpus(8), gpus(7), seconds=60)
    assert lab.one("node-gpu-capacity-dropped").confidence == 0.6
    assert lab.apply(gpus(8), seconds=90).one("node-gpu-capacity-dropped").until == at(90)


def test_a_faulty_gpu_is_the_cause_and_a_pod_that_waits_the_effect() -> None:
    bad = condition("AcceleratedHardwareReady", "False", "NvidiaXID79Error", seconds=0)
    ill = machine(bad, room={GPU: "7"}, capacity={GPU: "8"})
    message = f"0/1 nodes are available: 1 Insufficient {GPU}."
    lab = Lab().apply(job("train"), ill, refused(message, asks(gpu="8"))).quiet(30)
    assert lab.one("node-gpu-capacity-dropped").cause == lab.one("node-gpu-unhealthy").id
    verdict = lab.session("train").verdict
    assert verdict is not None
    path = [each.failure for each in verdict.path]
    assert path[:3] == ["node-gpu-unhealthy", "node-gpu-capacity-dropped", "request-exceeds-largest-node"]


@pytest.mark.parametrize(
    "item",
    [
        gpus(8, 8, labels=EIGHT),
        gpus(32, 32, labels=EIGHT | {f"{GPU}.replicas": "4"}),
        gpus(0, 8, labels=EIGHT | {"nvidia.com/mig.config.state": "rebooting"}),
        machine(room={GPU: "0", "nvidia.com/mig-1g.5gb": "7"}, capacity={GPU: "1"}, labels=EIGHT),
        machine(room={f"{GPU}.shared": "32"}, labels=EIGHT | {f"{GPU}.replicas": "4"}),
        machine(),
    ],
)
def test_what_is_a_setting(item: Object) -> None:
    lab = Lab().apply(item).quiet(3600)
    assert lab.anomalies() == []


def test_sharing_that_was_set_anew_says_nothing_of_before() -> None:
    shared = gpus(32, labels={f"{GPU}.replicas": "4"})
    lab = Lab().apply(shared, gpus(8, labels={f"{GPU}.replicas": "1"}))
    assert lab.anomalies("node-gpu-capacity-dropped") == []
