"""Volumes themselves, apart from the claims on them."""

from datetime import datetime

from schemas.kubernetes.events import ObjectReference
from schemas.kubernetes.parts import Part, View
from schemas.kubernetes.pods import NodeSelectorTerm


class VolumeNodes(Part, frozen=True, omit_defaults=True):
    """nodeAffinity.required: one of the terms must hold."""

    nodeSelectorTerms: tuple[NodeSelectorTerm, ...] | None = None


class VolumeNodeAffinity(Part, frozen=True, omit_defaults=True):
    """PersistentVolume.spec.nodeAffinity: the nodes that can reach the volume."""

    required: VolumeNodes | None = None


class VolumeSpec(Part, frozen=True, omit_defaults=True):
    """PersistentVolume.spec."""

    claimRef: ObjectReference | None = None
    storageClassName: str | None = None
    persistentVolumeReclaimPolicy: str | None = None
    nodeAffinity: VolumeNodeAffinity | None = None


class VolumeStatus(Part, frozen=True, omit_defaults=True):
    """PersistentVolume.status."""

    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    lastPhaseTransitionTime: datetime | None = None


class PersistentVolume(View, frozen=True, omit_defaults=True):
    """v1 PersistentVolume."""

    spec: VolumeSpec = VolumeSpec()
    status: VolumeStatus = VolumeStatus()
