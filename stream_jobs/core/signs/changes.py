"""What somebody changed on an object: edits grouped by write, and whether a write was made by hand."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.contracts import Edit
from schemas.kubernetes import PodSpec, ProjectedSource, Volume
from stream_jobs.core.edits import OWNER_GONE, UNREAD
from stream_jobs.core.known import Known
from stream_jobs.core.signs.messages import one_line

# Programs that people type into; what deploys things applies them instead.
BY_HAND = re.compile(
    r"^kubectl(-(edit|scale|patch|set|rollout|replace|label|autoscale))?$|^Lens|^k9s|^Mozilla|^curl"
    r"|^dashboard|^rancher|^python-requests|^OpenAPI-Generator"
)
REPLICAS = "spec.replicas"
RESTART = "kubectl.kubernetes.io/restartedAt"  # `kubectl rollout restart` changes nothing else
APPLIERS = {"helm": "Helm", "argocd": "Argo CD", "kustomize-controller": "Flux", "helm-controller": "Flux"}
MARKS = {
    "app.kubernetes.io/managed-by": "",  # the label's value names the tool
    "argocd.argoproj.io/instance": "Argo CD",
    "kustomize.toolkit.fluxcd.io/name": "Flux",
    "helm.toolkit.fluxcd.io/name": "Flux",
}


class Write(msgspec.Struct, frozen=True):
    """One write to one object: the fields that it changed."""

    edits: tuple[Edit, ...]  # never empty

    @property
    def first(self) -> Edit:
        """The edit by which the write is told."""
        return self.edits[0]

    @property
    def at(self) -> datetime:
        """When it was done, at the latest."""
        return self.first.before

    @property
    def by_hand(self) -> bool:
        """Whether a person's program wrote it.

        `kubectl scale --replicas=0` leaves no manager: then the field's owner is gone, or nobody owned it.
        """
        manager = self.first.manager
        if manager in ("", OWNER_GONE):
            return self.first.path == REPLICAS
        return self.first.operation == "Update" and BY_HAND.search(manager) is not None

    @property
    def writer(self) -> str:
        """Who wrote it, in words."""
        manager = self.first.manager
        return "an unnamed client" if manager in ("", OWNER_GONE) else manager

    def what(self) -> str:
        """The change in words: "spec.replicas from 1 to 0, and 2 more fields"."""
        edit = self.first
        told = UNREAD in (edit.old, edit.new)
        values = "" if told else f" from {_value(edit.old)} to {_value(edit.new)}"
        more = len(self.edits) - 1
        return f"{edit.path}{values}" + (f" and {more} more field{'s' if more > 1 else ''}" if more else "")


def _value(text: str) -> str:
    return one_line(text, 80).strip('"') or "nothing"


def writes(known: Known) -> list[Write]:
    """The object's writes to its spec or data, oldest first."""
    found: dict[tuple[int, datetime], list[Edit]] = {}
    for edit in known.edits:
        if not edit.path.startswith("metadata") and RESTART not in edit.path:
            found.setdefault((edit.resource_version, edit.before), []).append(edit)
    ordered = [sorted(each, key=_telling) for each in found.values()]
    return sorted(
        (Write(tuple(each)) for each in ordered), key=lambda each: (each.at, each.first.resource_version)
    )


def _telling(edit: Edit) -> tuple[int, str]:
    """Replicas and images say most."""
    return (0 if edit.path == REPLICAS else 1 if edit.path.endswith(".image") else 2), edit.path


def undone(known: Known, write: Write) -> datetime | None:
    """When the field was next written to; None while the write stands."""
    later = [
        each.before
        for each in known.edits
        if each.path == write.first.path and each.resource_version > write.first.resource_version
    ]
    return min(later, default=None)


def deployed_by(known: Known) -> str:
    """The tool that owns the object's description: "Helm", "kubectl apply"; "" where none does."""
    for label, tool in MARKS.items():
        value = known.labels.get(label, "")
        if value and (tool or value in ("Helm", "argocd", "flux")):
            return tool or value
    for manager in known.managers:
        tool = next((name for start, name in APPLIERS.items() if manager.manager.startswith(start)), "")
        if tool or manager.operation == "Apply":
            return tool or f"{manager.manager} (server-side apply)"
        if manager.manager == "kubectl-client-side-apply":
            return "kubectl apply"
    return ""


def keys_read(spec: PodSpec, kind: str, name: str) -> set[str]:
    """The keys of a ConfigMap or Secret that the pod's variables name; empty where it takes it whole."""
    keys: set[str] = set()
    for container in (*(spec.initContainers or ()), *(spec.containers or ())):
        for source in container.envFrom or ():
            whole = source.configMapRef if kind == "ConfigMap" else source.secretRef
            if whole is not None and whole.name == name:
                return set()
        for variable in container.env or ():
            given = variable.valueFrom
            one = (given.configMapKeyRef if kind == "ConfigMap" else given.secretKeyRef) if given else None
            if one is not None and one.name == name:
                keys.add(one.key)
    return set() if mounts(spec, kind, name) else keys


def mounts(spec: PodSpec, kind: str, name: str) -> bool:
    """Whether the pod has the ConfigMap or Secret as files."""
    for volume in spec.volumes or ():
        projected = (volume.projected.sources or ()) if volume.projected else ()
        sources: list[Volume | ProjectedSource] = [volume, *projected]
        if kind == "ConfigMap" and any(each.configMap and each.configMap.name == name for each in sources):
            return True
        if kind == "Secret" and any(
            each.secret and name in (each.secret.secretName, each.secret.name) for each in sources
        ):
            return True
    return False


def emptied(known: Known) -> Iterator[tuple[Write, datetime | None]]:
    """Yield each write that scaled a workload to 0, and when it was scaled again."""
    for write in writes(known):
        if write.first.path == REPLICAS and write.first.new == "0":
            yield write, undone(known, write)
