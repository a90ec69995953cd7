"""pod-rejected-by-node: every reason of a kubelet; the pods of one owner are one finding."""

import pytest

from tests.support.lab import Lab, Object, condition, job, job_pod, pod, status, terminated, thing

SPEC: Object = {"nodeName": "edge-1", "containers": [{"name": "main"}]}
ROOM = (
    "Pod was rejected: Node didn't have enough resource: cpu, requested: 4000, used: 14200, capacity: 15890"
)


def refused(reason: str, message: str = "") -> Object:
    return status("Failed", reason=reason, message=message)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("OutOfcpu", ROOM),
        (
            "OutOfcpu",
            "Pod Node didn't have enough resource: cpu, requested: 4000, used: 14200, capacity: 15890",
        ),
        (
            "OutOfnvidia.com/gpu",
            "Node didn't have enough resource: nvidia.com/gpu, requested: 1, used: 1, capacity: 1",
        ),
        (
            "NodeAffinity",
            "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity",
        ),
        ("NodePorts", "Predicate NodePorts failed"),
        ("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"),
        ("InvalidNodeInfo", "Kubelet cannot get node info."),
        ("TopologyAffinityError", "Resources cannot be allocated with Topology locality"),
        (
            "UnexpectedAdmissionError",
            "Pod was rejected: Allocate failed due to can't allocate unregistered device",
        ),
    ],
)
def test_every_reason(reason: str, message: str) -> None:
    lab = Lab().apply(
        job("train"), job_pod("train-x", job("train"), spec=SPEC, status=refused(reason, message))
    )
    lab.apply(job("train", status={"conditions": [condition("Failed", reason="BackoffLimitExceeded")]}))
    found = lab.one("pod-rejected-by-node")
    assert found.title == f"Node edge-1 refused pod train-x: {message}"
    assert (found.subject.kind, found.root, found.severity) == ("Pod", True, "medium")
    assert lab.root("train") == "pod-rejected-by-node"


@pytest.mark.parametrize("late", [True, False])
def test_the_pods_of_one_owner_are_one_finding_of_the_first(late: bool) -> None:
    owner = thing("ReplicaSet", "agent", api="apps/v1", spec={"replicas": 1}, status={})
    pods = [
        pod(
            f"agent-{name}",
            owner=owner,
            spec=SPEC,
            status=refused("OutOfpods", "Pod was rejected: Node didn't have enough resource: pods"),
        )
        for name in "ba"
    ]
    lab = Lab().apply(*pods, owner) if late else Lab().apply(owner, *pods)
    found = lab.one("pod-rejected-by-node")
    assert found.title.startswith("Node edge-1 refused pod agent-b, and 1 more of ReplicaSet agent: ")
    assert {each.cause for each in lab.anomalies("pod-failed")} == {found.id}


def test_a_job_that_got_another_pod_is_well() -> None:
    lab = Lab().apply(
        job("train"), job_pod("train-x", job("train"), spec=SPEC, status=refused("OutOfcpu", ROOM))
    )
    lab.apply(job("train", status={"conditions": [condition("Complete", seconds=200)]}))
    assert (lab.one("pod-rejected-by-node").severity, lab.session("train").verdict) == ("info", None)


@pytest.mark.parametrize(
    "shown",
    [
        refused("Evicted", "Pod was rejected: The node had condition: [DiskPressure]."),
        refused("NodeShutdown", "Pod was rejected as the node is shutting down."),
        refused(
            "UnexpectedAdmissionError", "Allocate failed due to no healthy devices present; nvidia.com/gpu"
        ),
        status("Failed", terminated(1)),
    ],
    ids=["pressure", "shutdown", "GPU", "program"],
)
def test_other_ends(shown: Object) -> None:
    assert Lab().apply(pod("a", spec=SPEC, status=shown)).anomalies("pod-rejected-by-node") == []
