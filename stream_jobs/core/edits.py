"""Which fields of an object went from what to what: flatten two versions and compare."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from schemas.contracts import Change, Edit, Manager, Ref

# Kinds that change all the time by themselves, or whose changes are told elsewhere.
QUIET = frozenset(
    {
        "Pod",
        "Event",
        "Event.events.k8s.io",
        "Endpoints",
        "EndpointSlice.discovery.k8s.io",
        "Lease.coordination.k8s.io",
        "ReplicaSet.apps",
        "ControllerRevision.apps",
        "PodMetrics.metrics.k8s.io",
        "WorkflowTaskResult.argoproj.io",
        "WorkflowTaskSet.argoproj.io",
        "CustomResourceDefinition.apiextensions.k8s.io",
    }
)
SKIPPED_KEYS = frozenset({"apiVersion", "kind", "status", "metadata", "stringData", "subsets"})
FIELD_LIMIT = 2_000  # fields a version; beyond it only the first ones are compared
TEXT_LIMIT = 500  # characters of a value that are kept
LARGE = 32_768  # bytes of what may be edited; of a larger one long texts are cut before it is kept
UNREAD = '"(not recorded)"'  # a value that the collector does not let out
OWNER_GONE = "(field owner removed)"

_decode = msgspec.json.Decoder().decode
_split = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.encode


def written(raw: bytes) -> bytes:
    """Return what of an object somebody may edit, as JSON: all but status and metadata, and the labels."""
    parts = _split(raw)
    kept: dict[str, Any] = {key: part for key, part in parts.items() if key not in SKIPPED_KEYS}
    labels = _split(parts["metadata"]).get("labels") if "metadata" in parts else None
    if labels is not None:
        kept["metadata"] = {"labels": labels}
    text = _encode(kept)
    return text if len(text) <= LARGE else _encode(_cut(_decode(text)))


def _cut(value: Any) -> Any:
    """The same with texts cut to what a field shows of them."""
    if isinstance(value, dict):
        return {key: _cut(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_cut(inner) for inner in value]
    return value[:TEXT_LIMIT] if isinstance(value, str) else value


@lru_cache(maxsize=256)
def flatten(text: bytes) -> dict[str, str]:
    """Return dotted path -> JSON text of each leaf of what `written` kept."""
    whole = _decode(text) if text else {}
    found: dict[str, str] = {}
    for key, value in whole.items():
        if key not in SKIPPED_KEYS:
            _collect(key, value, found)
    labels = (whole.get("metadata") or {}).get("labels")
    if labels:
        _collect("metadata.labels", labels, found)
    return found


def _collect(path: str, value: Any, found: dict[str, str]) -> None:
    if len(found) >= FIELD_LIMIT:
        return
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            _collect(f"{path}.{key}", inner, found)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for index, inner in enumerate(value):
            name = inner.get("name") if isinstance(inner, dict) else None
            _collect(f"{path}[{name if isinstance(name, str) else index}]", inner, found)
    else:
        found[path] = _encode(value).decode()[:TEXT_LIMIT]


def compare(change: Change, before: "Before", now: bytes) -> Iterator[Edit]:
    """Yield what changed from `before` to the version in `change`, each field once."""
    old, fields = (flatten(before.written), flatten(now)) if before.written != now else ({}, {})
    paths = [path for path in {**old, **fields} if old.get(path) != fields.get(path)]
    newest = _newest(change.managers, before.managers)
    if not paths and newest is not None:  # written, and yet nothing we can see differs: a value kept back
        paths = [path for path in newest.fields if not path.startswith(("metadata", "status"))][:1]
        old, fields = dict.fromkeys(paths, UNREAD), dict.fromkeys(paths, UNREAD)
    for path in paths:
        writer = newest or _former_owner(path, change.managers, before.managers)
        yield Edit(
            cluster=change.cluster,
            id=edit_id(change, path),
            version=0,
            ref=Ref(
                kind=change.kind,
                namespace=change.namespace,
                name=change.name,
                uid=change.uid,
                group=change.group,
            ),
            path=path,
            old=old.get(path, ""),
            new=fields.get(path, ""),
            manager=writer.manager if writer else "",
            operation=writer.operation if writer else "",
            after=before.seen,
            before=(newest.time if newest else None) or change.observed_at,
            resource_version=change.resource_version,
        )


class Before(msgspec.Struct, frozen=True):
    """What is compared with: the version before."""

    written: bytes
    managers: tuple[Manager, ...]
    seen: datetime


def edit_id(change: Change, path: str) -> str:
    """Return the edit's identity: 16 hex digits."""
    text = f"{change.cluster}\0{change.uid}\0{path}\0{change.epoch}\0{change.resource_version}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _newest(now: tuple[Manager, ...], before: tuple[Manager, ...]) -> Manager | None:
    """The manager entry, not of status, that is new or newer than before."""
    known = {(m.manager, m.operation, m.subresource): m.time for m in before}
    fresh = [
        m
        for m in now
        if m.subresource != "status"
        and m.time is not None
        and ((last := known.get((m.manager, m.operation, m.subresource))) is None or m.time > last)
    ]
    return max(fresh, key=lambda m: (m.time, m.manager), default=None)


def _former_owner(path: str, now: tuple[Manager, ...], before: tuple[Manager, ...]) -> Manager | None:
    """`kubectl scale` to 0 leaves no entry: the field's owner loses it, and that is all one sees.

    Seen on Kubernetes v1.34.4 after `kubectl scale --replicas=0` on an object applied by Helm.
    """
    short = ".".join(path.split("[", 1)[0].split(".")[:2])
    if any(short in m.fields for m in before) and not any(short in m.fields for m in now):
        return Manager(manager=OWNER_GONE)
    return None
