"""node-deleted: only with pods at work on it; its own helpers and what had ended do not count."""

import pytest

from tests.support.lab import Lab, Object, at, job, pod, running, stamp, status, terminated, thing
from tests.support.machines import at_work, machine

DAEMON = thing("DaemonSet", "cni", api="apps/v1", spec={})
ON = {"nodeName": "gpu-7"}


def test_a_node_that_goes_with_pods_on_it() -> None:
    lab = Lab().apply(machine(), job("train"), at_work()).delete(machine(), seconds=90)
    lab.event(machine(), "RemovingNode", "Removing Node gpu-7 from Controller", component="node-controller")
    found = lab.one("node-deleted")
    assert found.title == "Node gpu-7 left the cluster with 1 pod at work on it"
    assert (found.since, found.severity, found.root) == (at(90), "high", True)
    assert lab.one("pod-node-gone").cause == found.id


def test_a_pod_that_is_told_of_later_counts_too() -> None:
    lab = Lab().apply(machine()).delete(machine(), seconds=90).apply(job("train"), at_work())
    assert lab.one("node-deleted").sessions == (lab.session("train").id,)


@pytest.mark.parametrize(
    "item",
    [
        pod("cni-x", owner=DAEMON, spec=ON, status=status("Running", running())),
        pod("etcd", annotations={"kubernetes.io/config.mirror": "1"}, spec=ON, status=status("Running")),
        at_work(state=status("Succeeded", terminated(0, "Completed", seconds=50))),
        at_work(meta={"deletionTimestamp": stamp(80), "deletionGracePeriodSeconds": 30}),
    ],
)
def test_nothing_was_at_work_there(item: Object) -> None:
    lab = Lab().apply(machine(), DAEMON, job("train"), item).delete(machine(), seconds=90)
    assert lab.anomalies("node-deleted") == []
