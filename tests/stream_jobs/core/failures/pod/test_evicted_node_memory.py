"""evicted-node-memory: old and new wordings, by status, condition or event; the node is where to look."""

import pytest

from tests.support.lab import Lab, Object, condition, job, job_pod, pod, running, status, terminated

NEW = (
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 3188Ki. Container main was "
    "using 41Gi, request is 0, has larger consumption of memory. "
)
OLD = "The node was low on resource: memory. Container main was using 41Gi, which exceeds its request of 0. "
ON_NODE: Object = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}


def evicted(message: str, reason: str = "Evicted") -> Lab:
    ended = status("Failed", terminated(137, seconds=60), reason=reason, message=message)
    lab = Lab().apply(job("train"), job_pod("train-x", job("train"), spec=ON_NODE, status=ended))
    failed = [condition("Failed", reason="BackoffLimitExceeded", seconds=61)]
    return lab.apply(job("train", status={"conditions": failed}))


@pytest.mark.parametrize("message", [NEW, OLD])
def test_it_tells_who_used_how_much(message: str) -> None:
    lab = evicted(message)
    found = lab.one("evicted-node-memory")
    assert found.title == (
        "Pod train-x was removed from node gpu-7 because the machine had run out of memory; its container "
        "main used 41 GiB, and had asked for none"
    )
    assert (found.root, found.severity) == (True, "critical")
    assert lab.root("train") == "evicted-node-memory"
    assert lab.one("pod-failed").cause == found.id


def test_without_numbers() -> None:
    assert (
        evicted("The node was low on resource: memory. ").one("evicted-node-memory").title.endswith("memory")
    )


def test_the_condition_or_the_event_suffices() -> None:
    told = condition("DisruptionTarget", reason="TerminationByKubelet", message=NEW)
    by_condition = Lab().apply(pod("a", status=status("Failed", conditions=[told])))
    by_event = Lab().apply(pod("a", status=status("Failed"))).event(pod("a"), "Evicted", NEW)
    for lab in (by_condition, by_event):
        assert "used 41 GiB" in lab.one("evicted-node-memory").title


@pytest.mark.parametrize(
    "message",
    [
        "The node was low on resource: ephemeral-storage. Container main was using 3264Ki, request is 0. ",
        "Pod ephemeral local storage usage exceeds the total limit of containers 10Gi. ",
        "The node had condition: [MemoryPressure]. ",
    ],
)
def test_other_evictions(message: str) -> None:
    assert evicted(message).anomalies("evicted-node-memory") == []


def test_its_own_limit_is_none() -> None:
    lab = Lab().apply(pod("a", status=status("Running", running())))
    assert lab.event(pod("a"), "Killing", "Stopping container main").anomalies("evicted-node-memory") == []
