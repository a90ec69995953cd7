"""gpu-driver-upgrade: the label of NVIDIA's operator, from cordon-required to upgrade-done."""

import pytest

from tests.support.lab import Lab, Object, at, job
from tests.support.machines import at_work, evicted, machine

STATE = "nvidia.com/gpu-driver-upgrade-state"
CLOSED = {"unschedulable": True}


def state(value: str, **parts: Object) -> Object:
    return machine(labels={STATE: value}, **parts)


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ({STATE: "cordon-required"}, "low"),
        ({STATE: "wait-for-jobs-required"}, "low"),
        ({STATE: "pod-deletion-required"}, "low"),
        ({STATE: "validation-required"}, "low"),
        ({STATE: "upgrade-failed"}, "medium"),
        ({"nvidia.com/gpu.deploy.driver": "paused-for-driver-upgrade"}, "low"),
    ],
)
def test_it_is_under_way(labels: Object, severity: str) -> None:
    assert Lab().apply(machine(labels=labels)).one("gpu-driver-upgrade").severity == severity


def test_its_steps_are_one_upgrade_that_ends() -> None:
    lab = Lab().apply(state("upgrade-done"))
    for second, value in ((60, "cordon-required"), (70, "drain-required"), (90, "upgrade-done")):
        lab.apply(state(value), seconds=second)
    found = lab.one("gpu-driver-upgrade")
    assert (found.since, found.until) == (at(60), at(90))


def test_it_is_why_the_node_was_closed_and_drained() -> None:
    lab = Lab().apply(state("upgrade-done"), job("train"), at_work())
    lab.apply(state("drain-required", spec=CLOSED), seconds=60).apply(evicted(), seconds=71)
    root = lab.one("gpu-driver-upgrade")
    causes = {lab.one("node-cordoned").cause, lab.one("node-drain-or-scale-down").cause}
    assert causes == {root.id}


@pytest.mark.parametrize("value", ["upgrade-done", "upgrade-required", ""])
def test_what_is_none(value: str) -> None:
    assert Lab().apply(state(value)).anomalies() == []


def test_a_label_that_no_api_server_takes_breaks_nothing() -> None:
    lab = Lab().apply(state("cordon-required"), state("x" * 2_000), state("upgrade-done"))
    assert lab.one("gpu-driver-upgrade").until is not None
