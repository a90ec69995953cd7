"""node-cordoned: a note, unless pods wait for the node."""

from tests.support.lab import Lab, Object, at
from tests.support.machines import machine
from tests.support.unplaced import bound, lab_with, refused

CLOSED = {
    "unschedulable": True,
    "taints": [{"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}],
}
MESSAGE = "0/1 nodes are available: 1 node(s) were unschedulable. preemption: 0/1 nodes are available."


def closed(**parts: Object) -> Object:
    return machine(spec=CLOSED, **parts)


def test_on_purpose_it_is_a_note() -> None:
    lab = Lab().apply(machine(), closed(), seconds=60)
    lab.event(machine(), "NodeNotSchedulable", "Node gpu-7 status is now: NodeNotSchedulable")
    found = lab.one("node-cordoned")
    assert (found.severity, found.since, found.state) == ("info", at(60), "open")
    opened = lab.apply(machine(), seconds=90).one("node-cordoned")
    assert (opened.until, opened.title.partition(" until")[0]) == (
        at(90),
        "Node gpu-7 was closed for new pods",
    )


def test_a_node_that_was_closed_before_we_looked() -> None:
    assert Lab().apply(closed()).one("node-cordoned").until is None


def test_each_time_is_told_apart() -> None:
    lab = Lab()
    for second, item in ((10, machine()), (60, closed()), (90, machine()), (120, closed())):
        lab.apply(item, seconds=second)
    assert [each.since for each in lab.anomalies("node-cordoned")] == [at(60), at(120)]


def test_a_pod_that_needs_it_makes_it_the_root() -> None:
    lab = lab_with(refused(MESSAGE), closed())
    found = lab.one("node-cordoned")
    assert (found.severity, found.root, found.subject.name) == ("low", True, "gpu-7")
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert [each.failure for each in verdict.path] == ["node-cordoned", "pod-unschedulable"]
    assert lab.apply(bound(to="worker-1")).one("node-cordoned").severity == "info"
