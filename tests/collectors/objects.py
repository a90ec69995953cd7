"""Small Kubernetes objects for the collector's tests, as an API server would write them."""

from datetime import UTC, datetime
from typing import Any

import orjson

from collectors.observe import Seen, observe
from collectors.resource import Resource
from schemas.contracts import Change, Verb

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
PODS = Resource(resource="pods", kind="Pod")
NODES = Resource(resource="nodes", kind="Node", namespaced=False)
EVENTS = Resource(resource="events", kind="Event")
SECRETS = Resource(resource="secrets", kind="Secret")
CONFIGMAPS = Resource(resource="configmaps", kind="ConfigMap")
JOBS = Resource(group="batch", resource="jobs", kind="Job")
WIDGETS = Resource(group="example.com", version="v1alpha1", resource="widgets", kind="Widget")


def thing(resource: Resource, version: int = 1, **fields: Any) -> dict[str, Any]:
    """Return an object; `metadata` in fields is added to the usual one."""
    metadata = {"name": "one", "namespace": "ns", "uid": "uid-one", "resourceVersion": str(version)}
    return {
        "kind": resource.kind,
        "apiVersion": resource.api_version,
        **fields,
        "metadata": metadata | fields.get("metadata", {}),
    }


def pod(version: int = 1, **spec: Any) -> dict[str, Any]:
    """Return a pod of one container; `env`, `args`, ... go into it, `status` and `metadata` beside it."""
    beside = {name: spec.pop(name) for name in ("status", "metadata") if name in spec}
    return thing(PODS, version, spec={"containers": [{"name": "main", **spec}]}, **beside)


def see(resource: Resource, body: dict[str, Any] | bytes, verb: Verb = "modified") -> Change:
    """Return what the collector makes of an object."""
    text = body if isinstance(body, bytes) else orjson.dumps(body)
    change = observe(Seen(verb, resource, text, NOW, "lab"))
    assert change is not None
    return change


def told(change: Change) -> Any:
    """Return the object of a change, decoded."""
    return orjson.loads(bytes(change.object))
