"""node-rebooted: the kubelet says so; a kubelet that only starts again is none."""

import pytest

from tests.support.lab import Lab, at, condition, job, status, terminated
from tests.support.machines import at_work, machine

BOOTED = "Node gpu-7 has been rebooted, boot id: 4abeb0e1-b48b-402c-b01f-b9f707f96363"


def test_each_boot_is_told_once() -> None:
    lab = Lab().apply(machine()).event(machine(), "Rebooted", BOOTED, seconds=200)
    lab.event(machine(), "Rebooted", BOOTED.replace("4abe", "ffff"), seconds=900)
    assert [each.since for each in lab.anomalies("node-rebooted")] == [at(200), at(900)]


def test_it_began_when_the_node_fell_silent_and_explains_what_was_cut_off() -> None:
    lost, back = condition("Ready", "Unknown", seconds=60), condition("Ready", "True", seconds=200)
    cut = at_work(state=status("Failed", terminated(255, "Unknown", seconds=190)))
    lab = Lab().apply(machine(), job("train"), at_work(), machine(lost), machine(back))
    lab.event(machine(), "Rebooted", BOOTED, seconds=201).apply(cut)
    found = lab.one("node-rebooted")
    assert (found.since, found.severity, found.root) == (at(60), "high", True)
    assert lab.one("container-status-unknown").cause == found.id
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "node-rebooted"


@pytest.mark.parametrize(
    ("reason", "message", "component"),
    [
        ("Starting", "Starting kubelet.", "kubelet"),
        ("Starting", "", "kube-proxy"),
        ("NodeReady", "", "kubelet"),
    ],
)
def test_what_is_no_boot(reason: str, message: str, component: str) -> None:
    lab = Lab().apply(machine()).event(machine(), reason, message, component=component)
    assert lab.anomalies() == []


def test_events_of_an_earlier_node_of_that_name_are_not_this_nodes() -> None:
    new = machine(meta={"creationTimestamp": "2026-11-24T13:00:00Z"})
    assert Lab().apply(new).event(new, "Rebooted", BOOTED, seconds=60).anomalies() == []
