"""scheduling-rules-changed: the change that a waiting pod, a refused owner or a claim tells of."""

from tests.support.edited import manager
from tests.support.lab import Lab, Object, condition, job, job_pod, node, running, status, thing

LABEL = manager("kubectl-label", "metadata.labels", seconds=30)
TAINT = manager("kubectl-taint", "spec.taints", seconds=30)
SELECTOR = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."
KINDS = ("Pod", "Event", "Node")


def unplaced(selector: str = "training") -> list[Object]:
    train = job("train")
    waits = condition("PodScheduled", "False", "Unschedulable", SELECTOR, seconds=40)
    spec = {"nodeSelector": {"pool": selector}}
    return [train, job_pod("train-x", train, spec=spec, status=status("Pending", conditions=[waits]))]


def relabelled(new: str = "") -> list[Object]:
    labels = {"pool": new} if new else {}
    return [
        node("n-1", labels={"pool": "training"}),
        node("n-1", labels=labels, meta={"managedFields": [LABEL]}),
    ]


def test_a_label_that_was_taken_away_is_the_root() -> None:
    lab = Lab().quiet(1, KINDS).apply(*relabelled(), *unplaced())
    found = lab.one("scheduling-rules-changed")
    assert (
        found.title
        == "Label pool=training was taken from Node n-1 at 2026-11-24 12:00:30 UTC by kubectl-label"
    )
    verdict = lab.session("train").verdict
    assert verdict is not None
    path = [each.failure for each in verdict.path]
    assert path == ["scheduling-rules-changed", "node-selector-mismatch", "pod-unschedulable"]


def test_a_label_that_was_changed() -> None:
    lab = Lab().quiet(1, KINDS).apply(*relabelled("gpu"), *unplaced())
    assert "Label pool=training of Node n-1 was changed to gpu" in lab.one("scheduling-rules-changed").title


def test_a_taint_that_evicted_a_pod_is_the_root() -> None:
    taints = {"taints": [{"key": "maintenance", "effect": "NoExecute"}]}
    lab = Lab().apply(node("n-1"), node("n-1", spec=taints, meta={"managedFields": [TAINT]}))
    gone = condition("DisruptionTarget", reason="DeletionByTaintManager", seconds=31)
    train = job("train")
    told = status("Running", running(), conditions=[gone])
    lab.apply(train, job_pod("train-x", train, spec={"nodeName": "n-1"}, status=told))
    assert "Taint maintenance was set on Node n-1" in lab.one("scheduling-rules-changed").title
    assert not lab.one("taint-evicted").root


def test_a_quota_that_was_lowered_is_the_root() -> None:
    def quota(pods: str) -> Object:
        edit = manager("kubectl-edit", "spec.hard", seconds=30)
        return thing("ResourceQuota", "team", spec={"hard": {"pods": pods}}, meta={"managedFields": [edit]})

    train = job("train")
    refusal = 'pods "x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2'
    lab = (
        Lab()
        .apply(quota("9"), quota("2"), train)
        .event(train, "FailedCreate", f"Error creating: {refusal}", seconds=40)
    )
    assert "Pods of ResourceQuota team was changed to 2" in lab.one("scheduling-rules-changed").title
    assert not lab.one("quota-exceeded").root


def test_a_queue_whose_quota_was_lowered() -> None:
    api = "kueue.x-k8s.io/v1beta1"

    def queue(amount: str) -> Object:
        edit = manager("kubectl-edit", "spec.resourceGroups", seconds=30)
        quota = {"resources": [{"name": "cpu", "nominalQuota": amount}], "name": "default"}
        spec = {"resourceGroups": [{"flavors": [quota]}]}
        return thing("ClusterQueue", "team", api=api, spec=spec, namespace="", meta={"managedFields": [edit]})

    waits = condition("QuotaReserved", "False", "ExceedsMaxQuota", "too much", seconds=40)
    local = thing("LocalQueue", "main", api=api, spec={"clusterQueue": "team"})
    held = thing("Workload", "job-train", api=api, spec={"queueName": "main"}, status={"conditions": [waits]})
    lab = Lab().apply(queue("8"), queue("2"), local, held)
    assert "Quota for cpu of ClusterQueue team was changed to 2" in lab.one("scheduling-rules-changed").title


def test_a_storage_class_that_was_deleted() -> None:
    fast = thing("StorageClass", "fast", api="storage.k8s.io/v1")
    claim = thing(
        "PersistentVolumeClaim", "data", spec={"storageClassName": "fast"}, status={"phase": "Pending"}
    )
    lab = Lab().apply(fast).delete(fast, seconds=30).apply(claim)
    assert lab.one("scheduling-rules-changed").subject.name == "fast"


def test_changes_that_nobody_waits_for() -> None:
    lab = (
        Lab().quiet(1, KINDS).apply(*relabelled(), *unplaced("other"), node("n-2", labels={"pool": "other2"}))
    )
    assert lab.anomalies("scheduling-rules-changed") == []
    ill = {"taints": [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute"}]}
    lab = Lab().apply(node("n-1"), node("n-1", spec=ill))
    gone = condition("DisruptionTarget", reason="DeletionByTaintManager", seconds=3)
    train = job("train")
    told = status("Running", running(), conditions=[gone])
    lab.apply(train, job_pod("train-x", train, spec={"nodeName": "n-1"}, status=told))
    assert lab.anomalies("scheduling-rules-changed") == []
