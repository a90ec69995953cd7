"""What the API server sent about one object, as a Change: redacted, managedFields in brief, times read."""

from datetime import datetime
from typing import Any

import msgspec
import orjson

from collectors.managers import OwnerEntry, compact, newest_writer
from collectors.moments import happened_at
from collectors.redact import redact
from collectors.resource import Resource
from schemas.contracts import Change, Verb

_NO_ENTRIES = msgspec.Raw(b"")


class _Metadata(msgspec.Struct, gc=False):
    name: str | None = ""
    namespace: str | None = ""
    uid: str | None = ""
    resourceVersion: str | None = ""  # noqa: N815 - the API's own names
    managedFields: msgspec.Raw = _NO_ENTRIES  # noqa: N815


class _Head(msgspec.Struct, gc=False):
    metadata: _Metadata
    kind: str | None = ""
    apiVersion: str | None = ""  # noqa: N815


class UnreadableObjectError(ValueError):
    """What came is no JSON object with metadata; the message says what was expected."""


_read_head = msgspec.json.Decoder(_Head).decode
_read_entries = msgspec.json.Decoder(list[OwnerEntry] | None).decode


class Seen(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One item of a list or a watch, before anything was taken out of it."""

    verb: Verb
    resource: Resource
    body: bytes  # the object as JSON, as the server sent it
    observed_at: datetime
    cluster: str


def observe(seen: Seen) -> Change | None:
    """Return the item as a Change; None where it is no object with a uid (nothing can be tied to it).

    Raises UnreadableObjectError where the body is no JSON object with metadata.
    """
    try:
        head = _read_head(seen.body)
        metadata = head.metadata
        if not metadata.uid or not metadata.name:
            return None
        entries = _entries(metadata.managedFields)
        body = _with_kind(_without(seen.body, bytes(metadata.managedFields)), head, seen.resource)
        found = orjson.loads(body)
    except (msgspec.DecodeError, UnicodeDecodeError, orjson.JSONDecodeError) as error:
        raise UnreadableObjectError(f"expected an object with metadata as JSON: {error}") from error
    kind = head.kind or seen.resource.kind
    if redact(kind, found, body) or b"\n" in body:
        body = orjson.dumps(found)
    return Change(
        cluster=seen.cluster,
        verb=seen.verb,
        observed_at=seen.observed_at,
        happened_at=happened_at(found, [entry.time for entry in entries], seen.resource.is_event),
        group=seen.resource.group,
        version=seen.resource.version,
        resource=seen.resource.resource,
        kind=kind,
        namespace=metadata.namespace or "",
        name=metadata.name,
        uid=metadata.uid,
        resource_version=number(metadata.resourceVersion),
        actor="" if seen.verb == "deleted" else newest_writer(entries),
        managers=compact(entries),
        object=msgspec.Raw(body),
    )


def number(resource_version: object) -> int:
    """Return a resource version as a number; 0 for "" and what is none."""
    text = resource_version if isinstance(resource_version, str) else ""
    return int(text) if text.isascii() and text.isdigit() else 0


def _entries(raw: msgspec.Raw) -> list[OwnerEntry]:
    return (_read_entries(raw) or []) if bytes(raw) else []


def _without(body: bytes, entries: bytes) -> bytes:
    """Return the body without metadata.managedFields.

    Cutting the bytes out costs a fraction of decoding and encoding the object; text that is not the API
    server's own (spaces between tokens) is decoded instead.
    """
    if not entries:
        return body
    field = b'"managedFields":' + entries
    start = body.find(field)
    if start < 0:
        found: dict[str, Any] = orjson.loads(body)
        found["metadata"].pop("managedFields", None)
        return orjson.dumps(found)
    end = start + len(field)
    if body[end : end + 1] == b",":
        end += 1
    elif body[start - 1 : start] == b",":
        start -= 1
    return body[:start] + body[end:]


def _with_kind(body: bytes, head: _Head, resource: Resource) -> bytes:
    """Return the body with apiVersion and kind, which items of a list lack."""
    if head.kind and head.apiVersion:
        return body
    missing = {"apiVersion": resource.api_version, "kind": resource.kind}
    text = b"".join(
        orjson.dumps(name) + b":" + orjson.dumps(value) + b","
        for name, value in missing.items()
        if not (head.kind if name == "kind" else head.apiVersion)
    )
    return b"{" + text + body.lstrip()[1:]
