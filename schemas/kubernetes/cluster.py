"""Nodes, claims and quotas."""

from datetime import datetime

from schemas.kubernetes.parts import Condition, Part, View


class Taint(Part, frozen=True, omit_defaults=True):
    """spec.taints[]."""

    key: str = ""
    value: str | None = None
    effect: str | None = None
    timeAdded: datetime | None = None


class NodeSpec(Part, frozen=True, omit_defaults=True):
    """Node.spec."""

    taints: tuple[Taint, ...] | None = None
    unschedulable: bool | None = None


class NodeStatus(Part, frozen=True, omit_defaults=True):
    """Node.status."""

    allocatable: dict[str, str] | None = None
    capacity: dict[str, str] | None = None
    conditions: tuple[Condition, ...] | None = None


class Node(View, frozen=True, omit_defaults=True):
    """v1 Node."""

    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


class ClaimSpec(Part, frozen=True, omit_defaults=True):
    """PersistentVolumeClaim.spec."""

    storageClassName: str | None = None
    volumeName: str | None = None
    accessModes: tuple[str, ...] | None = None


class ClaimStatus(Part, frozen=True, omit_defaults=True):
    """PersistentVolumeClaim.status."""

    phase: str | None = None
    conditions: tuple[Condition, ...] | None = None
    allocatedResourceStatuses: dict[str, str] | None = None  # "storage": "NodeResizeInfeasible"


class PersistentVolumeClaim(View, frozen=True, omit_defaults=True):
    """v1 PersistentVolumeClaim."""

    spec: ClaimSpec = ClaimSpec()
    status: ClaimStatus = ClaimStatus()


class QuotaStatus(Part, frozen=True, omit_defaults=True):
    """ResourceQuota.status: quantities as text."""

    hard: dict[str, str] | None = None
    used: dict[str, str] | None = None


class ResourceQuota(View, frozen=True, omit_defaults=True):
    """v1 ResourceQuota."""

    status: QuotaStatus = QuotaStatus()
