"""A run that went well has no verdict, though another run still suffers from what hit both."""

from tests.support.edited import manager
from tests.support.lab import Lab, condition, job, job_pod, node, running, status

TAINT = manager("kubectl-taint", "spec.taints", seconds=30)


def test_a_run_that_succeeded_is_not_blamed_with_another() -> None:
    taints = {"taints": [{"key": "maintenance", "effect": "NoExecute"}]}
    lab = Lab().apply(node("n-1"), node("n-1", spec=taints, meta={"managedFields": [TAINT]}))
    gone = condition("DisruptionTarget", reason="DeletionByTaintManager", seconds=31)
    for name in ("one", "two"):
        owner = job(name)
        told = status("Running", running(), conditions=[gone])
        lab.apply(owner, job_pod(f"{name}-x", owner, spec={"nodeName": "n-1"}, status=told))
    lab.apply(job("one", status={"conditions": [condition("Complete", seconds=90)]}))
    assert lab.session("one").verdict is None
    other = lab.session("two").verdict
    assert other is not None
    assert other.failure == "scheduling-rules-changed"
