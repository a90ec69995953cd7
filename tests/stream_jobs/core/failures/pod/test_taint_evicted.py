"""taint-evicted: told by the condition or the event, and caused by the node's state."""

from tests.support.lab import Lab, condition, job, job_pod, node, pod, running, status

OLD = {"creationTimestamp": "2026-11-23T12:00:00Z"}
ON_NODE = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}
TAINTED = condition(
    "DisruptionTarget",
    reason="DeletionByTaintManager",
    message="Taint manager: deleting due to NoExecute taint",
)
MARKED = "Marking for deletion Pod ml/train"


def test_a_lost_node_is_the_root_and_is_named() -> None:
    train = job("train")
    evicted = job_pod(
        "train-x", train, spec=ON_NODE, status=status("Running", running(), conditions=[TAINTED])
    )
    lab = Lab().apply(node("gpu-7", ready="Unknown", meta=OLD), train, evicted)
    found = lab.one("taint-evicted")
    assert found.title == (
        "Pod train-x was removed from node gpu-7, with which the control plane had lost contact"
    )
    assert not found.root
    assert lab.root("train") == "node-unreachable"


def test_a_taint_set_by_hand_is_told_apart() -> None:
    evicted = pod("train", spec=ON_NODE, status=status("Running", running(), conditions=[TAINTED]))
    lab = Lab().apply(node("gpu-7"), evicted)
    assert "a taint that the pod does not tolerate" in lab.one("taint-evicted").title


def test_the_event_alone_suffices_though_it_is_normal() -> None:
    item = pod("train", spec=ON_NODE)
    lab = Lab().apply(item).event(item, "TaintManagerEviction", MARKED, component="", type="Normal")
    assert len(lab.anomalies("taint-evicted")) == 1


def test_a_pod_that_was_let_off_was_not_evicted() -> None:
    item = pod("train", spec=ON_NODE)
    lab = Lab().apply(item).event(item, "TaintManagerEviction", "Cancelling deletion of Pod ml/train")
    assert lab.anomalies("taint-evicted") == []


def test_other_disruptions_are_others() -> None:
    preempted = condition("DisruptionTarget", reason="PreemptionByScheduler")
    lab = Lab().apply(pod("train", spec=ON_NODE, status=status("Running", conditions=[preempted])))
    assert lab.anomalies("taint-evicted") == []
