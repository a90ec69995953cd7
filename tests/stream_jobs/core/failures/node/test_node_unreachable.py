"""node-unreachable: Ready is Unknown; each time is an anomaly of its own."""

from tests.support.lab import Lab, Object, at, condition, job, job_pod, node, running, stamp, status

OLD = {"creationTimestamp": "2026-11-23T12:00:00Z"}
ON_NODE = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}
SILENT = "Kubelet stopped posting node status."


def ready(value: str, seconds: float, message: str = "") -> Object:
    told = condition("Ready", value, "NodeStatusUnknown" if value == "Unknown" else "", message, seconds)
    return node("gpu-7", meta=OLD, status={"conditions": [told]})


def test_lost_contact_is_critical_and_open() -> None:
    found = Lab().apply(ready("True", 0), ready("Unknown", 60, SILENT)).one("node-unreachable")
    assert found.title == "Node gpu-7 lost contact with the control plane"
    assert (found.severity, found.state, found.since, found.root) == ("critical", "open", at(60), True)
    assert SILENT in found.evidence[0].says


def test_a_short_loss_that_cost_nothing_is_hardly_worth_a_word() -> None:
    lab = Lab().apply(ready("True", 0), ready("Unknown", 60), ready("True", 75))
    found = lab.one("node-unreachable")
    assert (found.severity, found.state, found.until) == ("low", "closed", at(75))


def test_a_loss_that_cost_pods_stays_critical_after_all_is_well() -> None:
    train = job("train")
    evicted = condition("DisruptionTarget", reason="DeletionByTaintManager", seconds=70)
    work = job_pod("train-x", train, spec=ON_NODE, status=status("Running", running(), conditions=[evicted]))
    lab = Lab().apply(ready("True", 0), ready("Unknown", 60), ready("True", 75), train, work)
    lab.apply(job("train", status={"conditions": [condition("Complete", seconds=200)]}))
    found = lab.one("node-unreachable")
    assert (found.severity, found.sessions) == ("critical", (lab.session("train").id,))


def test_two_losses_are_two() -> None:
    lab = Lab().apply(*(ready("Unknown" if turn % 2 else "True", 60.0 * turn) for turn in range(4)))
    assert [each.since for each in lab.anomalies("node-unreachable")] == [at(60), at(180)]


def test_a_deleted_node_is_lost_no_longer() -> None:
    lost = ready("Unknown", 60)
    lab = Lab().apply(ready("True", 0), lost).delete(lost, seconds=90)
    assert (lab.one("node-unreachable").state, lab.one("node-unreachable").until) == ("closed", at(90))


def test_heartbeats_and_an_ill_node_are_none() -> None:
    beat = node("gpu-7", meta=OLD | {"annotations": {"beat": stamp(9)}})
    lab = Lab().apply(node("gpu-7", meta=OLD), beat, ready("False", 60))
    assert lab.anomalies("node-unreachable") == []
