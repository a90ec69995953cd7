"""Secrets: of them only the metadata is asked for, and only the metadata is taken."""

from typing import Any

import orjson

from collectors.bodies import read_object
from collectors.resource import Resource

SECRETS = ("", "secrets")
WHOLE = "application/json"
_METADATA = "application/json;as=PartialObjectMetadata{list};g=meta.k8s.io;v=v1"


def accepted(resource: Resource, *, listing: bool) -> str:
    """Return the header Accept with which a resource is listed or watched."""
    return _METADATA.format(list="List" if listing else "") if resource.key == SECRETS else WHOLE


def only_metadata(resource: Resource, body: bytes) -> bytes:
    """Return the body; of a Secret its metadata alone, even where the server sent more.

    Raises UnreadableObjectError where the body is no object.
    """
    if resource.key != SECRETS:
        return body
    kept: dict[str, Any] = {"apiVersion": resource.api_version, "kind": "Secret"}
    found = read_object(body)
    return orjson.dumps(kept | {name: found[name] for name in ("metadata",) if name in found})
