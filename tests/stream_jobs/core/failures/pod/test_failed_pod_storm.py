"""failed-pod-storm: ten pods in five minutes, one after another, on one node and for one reason."""

import pytest

from tests.support.lab import Lab, Object, condition, pod, stamp, status, thing

OWNER = thing("ReplicaSet", "agent", api="apps/v1", spec={"replicas": 1}, status={})


def failed(
    number: int, created: float, ended: float, node: str = "edge-1", reason: str = "OutOfpods"
) -> Object:
    told = [condition("Ready", "False", "PodFailed", seconds=ended)]
    return pod(
        f"agent-{number:02}",
        owner=OWNER,
        meta={"creationTimestamp": stamp(created)},
        spec={"nodeName": node, "containers": [{"name": "main"}]},
        status=status("Failed", conditions=told, reason=reason, message="Pod was rejected: no room"),
    )


def test_a_loop_is_one_incident_with_its_count() -> None:
    lab = Lab().apply(OWNER, *(failed(number, number * 2, number * 2 + 1) for number in range(12)))
    found = lab.one("failed-pod-storm")
    assert found.title == (
        "12 pods of ReplicaSet agent failed on node edge-1 one after another since 2026-11-24 12:00:01 UTC: "
        "OutOfpods"
    )
    assert (found.subject.kind, found.cause) == ("ReplicaSet", lab.one("pod-rejected-by-node").id)


@pytest.mark.parametrize(
    "pods",
    [
        pytest.param([failed(n, n * 2, n * 2 + 1) for n in range(9)], id="few"),
        pytest.param([failed(n, n * 60, n * 60 + 1) for n in range(12)], id="slow"),
        pytest.param([failed(n, 0, 100) for n in range(12)], id="a gang that was evicted together"),
        pytest.param([failed(n, n * 2, n * 2 + 1, node=f"edge-{n % 2}") for n in range(18)], id="two nodes"),
        pytest.param([failed(n, n * 2, n * 2 + 1, reason="") for n in range(12)], id="programs that fail"),
    ],
)
def test_not(pods: list[Object]) -> None:
    assert Lab().apply(OWNER, *pods).anomalies("failed-pod-storm") == []
