"""pod-node-gone: the collector's clean-up or the node's own delete, while the pod was on it."""

from tests.support.lab import Lab, at, condition, job, job_pod, node, pod, running, status, terminated

ON_NODE = {"nodeName": "spot-17", "containers": [{"name": "main"}]}
UP = status("Running", running())


def cleaned(message: str) -> dict[str, object]:
    gone = condition("DisruptionTarget", reason="DeletionByPodGC", message=message)
    return status("Failed", running(), conditions=[gone])


def test_the_collector_tells() -> None:
    lab = Lab().apply(pod("train", spec=ON_NODE, status=cleaned("PodGC: node no longer exists")))
    assert "spot-17" in lab.one("pod-node-gone").title


def test_a_deleted_node_is_enough_in_any_order() -> None:
    train, machine = job("train"), node("spot-17")
    work = job_pod("train-x", train, spec=ON_NODE, status=UP)
    for lab in (
        Lab().apply(machine, train, work, seconds=20).delete(machine, seconds=30),
        Lab().apply(machine).delete(machine, seconds=30).apply(train, work, seconds=20),
    ):
        assert lab.one("pod-node-gone").sessions == (lab.session("train").id,)


def test_a_node_that_was_gone_before_anything_was_seen() -> None:
    placed = status("Running", running(), conditions=[condition("PodScheduled", seconds=5)])
    lab = Lab().apply(pod("train", spec=ON_NODE, status=placed), node("worker-1"))
    assert lab.quiet(64).anomalies() == []
    found = lab.quiet(66).one("pod-node-gone")
    assert found.title == "Pod train is on node spot-17, which is not among the cluster's nodes"
    assert found.since == at(5)
    assert lab.apply(node("spot-17")).anomalies() == []


def test_nodes_that_were_not_collected_are_not_gone() -> None:
    lab = Lab().apply(pod("train", spec=ON_NODE, status=UP)).quiet(900, kinds=("Pod", "Event"))
    assert lab.anomalies() == []


def test_a_pod_that_ended_needs_no_node() -> None:
    done = pod("train", spec=ON_NODE, status=status("Succeeded", terminated(0, "Completed", seconds=20)))
    assert Lab().apply(done).quiet(900).anomalies() == []


def test_a_pod_that_had_ended_is_history() -> None:
    machine = node("spot-17")
    done = pod("train", spec=ON_NODE, status=status("Succeeded", terminated(0, "Completed", seconds=20)))
    lab = Lab().apply(machine, done).delete(machine, seconds=300)
    assert lab.anomalies("pod-node-gone") == []


def test_other_clean_ups_are_others() -> None:
    lab = Lab().apply(
        pod("train", spec=ON_NODE, status=cleaned("PodGC: unscheduled pod on terminating node"))
    )
    assert lab.anomalies("pod-node-gone") == []
