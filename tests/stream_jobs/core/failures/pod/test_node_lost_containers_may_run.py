"""node-lost-containers-may-run: given up while running, on a node without contact."""

from tests.support.lab import Lab, at, node, pod, running, stamp, status, terminated

OLD = {"creationTimestamp": "2026-11-23T12:00:00Z"}
GOING = {"deletionTimestamp": stamp(130), "deletionGracePeriodSeconds": 30}
ON_NODE = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}


def test_a_pod_given_up_on_a_lost_node_may_still_write() -> None:
    item = pod("train", meta=GOING, spec=ON_NODE, status=status("Running", running()))
    found = Lab().apply(node("gpu-7", ready="Unknown", meta=OLD), item).one("node-lost-containers-may-run")
    assert "gpu-7" in found.title
    assert found.severity == "critical"
    assert (found.state, found.since, found.root) == ("open", at(100), False)


def test_its_end_proves_that_it_has_stopped() -> None:
    ended = pod("train", meta=GOING, spec=ON_NODE, status=status("Failed", terminated(137, seconds=400)))
    lab = Lab().apply(node("gpu-7", ready="Unknown", meta=OLD))
    lab.apply(pod("train", meta=GOING, spec=ON_NODE, status=status("Running", running())), ended)
    found = lab.one("node-lost-containers-may-run")
    assert (found.state, found.until) == ("closed", at(400))


def test_a_node_that_answers_stops_it() -> None:
    item = pod("train", meta=GOING, spec=ON_NODE, status=status("Running", running()))
    for ready in ("True", "False"):
        lab = Lab().apply(node("gpu-7", ready=ready, meta=OLD), item)
        assert lab.anomalies("node-lost-containers-may-run") == []


def test_what_never_started_or_is_not_given_up_is_not_meant() -> None:
    waits = pod("waits", meta=GOING, spec=ON_NODE)
    works = pod("works", spec=ON_NODE, status=status("Running", running()))
    lab = Lab().apply(node("gpu-7", ready="Unknown", meta=OLD), waits, works)
    assert lab.anomalies("node-lost-containers-may-run") == []
