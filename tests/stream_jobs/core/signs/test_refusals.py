"""The scheduler's messages are split the same way in every wording since Kubernetes 1.18."""

import pytest

from stream_jobs.core.signs.refusals import clauses, kind_of

TAINT = "node(s) had taint {node-role.kubernetes.io/master: }, that the pod didn't tolerate"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("0/3 nodes are available: 3 Insufficient cpu.", [(3, "Insufficient cpu")]),
        (
            f"0/3 nodes are available: 1 {TAINT}, 2 Insufficient memory.",
            [(1, TAINT), (2, "Insufficient memory")],
        ),
        (
            "0/2 nodes are available: 2 Too many pods. preemption: 0/2 nodes are available: 2 No victims.",
            [(2, "Too many pods")],
        ),
        (
            "0/2 nodes are available: 2 Insufficient cpu. no new claims to deallocate, preemption: none.",
            [(2, "Insufficient cpu")],
        ),
        ("0/2 nodes are available: claim x not found. not found", [(0, "claim x not found")]),
        ("0/1 nodes are unavailable: 1 Insufficient nvidia.com/gpu.", [(1, "Insufficient nvidia.com/gpu")]),
        ("", []),
    ],
)
def test_clauses_and_counts(message: str, expected: list[tuple[int, str]]) -> None:
    assert [(each.count, each.text) for each in clauses(message)] == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("node(s) had volume node affinity conflict", "volume"),
        ("node(s) didn't match PersistentVolume's node affinity", "volume"),
        ("node(s) didn't find available persistent volumes to bind", "volume"),
        ("pod has unbound immediate PersistentVolumeClaims", "volume"),
        ("node(s) didn't match pod anti-affinity rules", "neighbours"),
        ("node(s) didn't match pod topology spread constraints (missing required label)", "neighbours"),
        ("node(s) didn't have free ports for the requested pod ports", "ports"),
        ("node(s) were unschedulable", "cordon"),
        ("node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }", "taint"),
        ("cannot allocate all claims", "devices"),
        ("Insufficient hugepages-2Mi", "room"),
        ("Insufficient rdma/hca", "other room"),
        ("something new", "unknown"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert kind_of(text) == kind
