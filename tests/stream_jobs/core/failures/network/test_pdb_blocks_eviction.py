"""pdb-blocks-eviction: a drain that waits, or pods that the budget needs and that are ill."""

from tests.support.edited import manager
from tests.support.lab import Lab, Object, condition, node, pod, running, status, thing

DRAIN = manager("kubectl-drain", "spec.unschedulable", seconds=30)
OPEN = manager("kubectl-uncordon", "spec.unschedulable", seconds=60)


def budget(healthy: int = 1, *, allowed: int = 0) -> Object:
    word = "True" if allowed else "False"
    told = {
        "disruptionsAllowed": allowed,
        "currentHealthy": healthy,
        "desiredHealthy": 1,
        "expectedPods": 1,
        "conditions": [condition("DisruptionAllowed", word, "InsufficientPods", seconds=5)],
    }
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "db"}}}
    return thing("PodDisruptionBudget", "db", api="policy/v1", spec=spec, status=told)


def on_node(name: str, app: str, *, evicted: bool = False) -> Object:
    gone = [condition("DisruptionTarget", reason="EvictionByEvictionAPI", seconds=31)] if evicted else []
    told = status("Running", running(), conditions=gone)
    return pod(name, labels={"app": app}, spec={"nodeName": "n-1"}, status=told)


def drained(*pods: Object, item: Object | None = None) -> Lab:
    closed = node("n-1", spec={"unschedulable": True}, meta={"managedFields": [DRAIN]})
    return Lab().apply(node("n-1"), item or budget(), *pods).apply(closed, seconds=30)


def test_a_drain_that_took_others_and_not_the_one_that_is_kept() -> None:
    lab = drained(on_node("db-0", "db")).apply(on_node("train-x", "train", evicted=True))
    found = lab.one("pdb-blocks-eviction")
    assert "PodDisruptionBudget db (minAvailable 1) lets no pod go, so node n-1" in found.title
    assert "those of the budget stayed" in found.evidence[0].says
    lab.apply(node("n-1", meta={"managedFields": [OPEN]}), seconds=60)
    assert lab.one("pdb-blocks-eviction").state == "closed"


def test_karpenter_says_it() -> None:
    item = node("n-1")
    lab = Lab().apply(item, budget(), on_node("db-0", "db"))
    lab.event(
        item,
        "DisruptionBlocked",
        "Pdb prevents pod evictions (PodDisruptionBudget=[ml/db])",
        component="karpenter",
    )
    assert lab.one("pdb-blocks-eviction").state == "open"


def test_pods_that_it_needs_are_ill() -> None:
    lab = Lab().apply(budget(0)).quiet(5 + 899)
    assert lab.anomalies("pdb-blocks-eviction") == []
    assert "0 of the 1 pods that it needs" in lab.quiet(5 + 902).one("pdb-blocks-eviction").title


def test_a_setting_or_a_cordon_alone_blocks_nothing() -> None:
    assert Lab().apply(budget()).quiet(2000).anomalies("pdb-blocks-eviction") == []
    assert drained(on_node("db-0", "db"), on_node("train-x", "train")).anomalies("pdb-blocks-eviction") == []
    roomy = drained(on_node("db-0", "db"), item=budget(2, allowed=1)).apply(
        on_node("t", "train", evicted=True)
    )
    assert roomy.anomalies("pdb-blocks-eviction") == []
