"""What the API server sent about one object, as a Change: redacted, managedFields in brief, times read.

Most objects hold nothing to redact. Those are never decoded as a whole: they are looked at, and managedFields
are cut out of the text.
"""

from datetime import datetime
from typing import Any

import msgspec
import orjson

from collectors.glance import Glance, glance
from collectors.managers import compact, newest_writer, read_entries
from collectors.moments import happened_at
from collectors.redact import redact, sections_hold_secret, texts_hold_secret
from collectors.resource import Resource
from collectors.views import NO_ENTRIES
from schemas.contracts import Change, Verb

_FIELD = b'"managedFields":'
_ALWAYS_REDACTED = frozenset({("", "secrets"), ("", "configmaps")})


class UnreadableObjectError(ValueError):
    """What came is no JSON object with metadata; the message says what was expected."""


class Seen(msgspec.Struct, frozen=True, gc=False):
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
        looked = glance(seen.resource, seen.body)
        if not looked.metadata.uid or not looked.metadata.name:
            return None
        return _change(seen, looked)
    except KeyError:
        raise UnreadableObjectError("expected an object with metadata, got none") from None
    except (msgspec.DecodeError, UnicodeDecodeError, orjson.JSONDecodeError) as error:
        raise UnreadableObjectError(f"expected an object with metadata as JSON: {error}") from error


def number(resource_version: str | None) -> int:
    """Return a resource version as a number; 0 for "" and what is none."""
    try:
        return int(resource_version or 0)
    except ValueError:
        return 0


def _change(seen: Seen, looked: Glance) -> Change:
    resource, metadata = seen.resource, looked.metadata
    entries = read_entries(metadata.managedFields) or ()
    return Change(
        cluster=seen.cluster,
        verb=seen.verb,
        observed_at=seen.observed_at,
        happened_at=happened_at(looked, [entry.time for entry in entries]),
        group=resource.group,
        version=resource.version,
        resource=resource.resource,
        kind=looked.kind or resource.kind,
        namespace=metadata.namespace or "",
        name=metadata.name or "",
        uid=metadata.uid or "",
        resource_version=number(metadata.resourceVersion),
        actor="" if seen.verb == "deleted" else newest_writer(entries),
        managers=compact(entries),
        object=msgspec.Raw(_body(seen, looked)),
    )


def _body(seen: Seen, looked: Glance) -> bytes:
    body = seen.body
    if not (looked.kind and looked.api_version):
        body = _with_kind(body, looked, seen.resource)
    if looked.metadata.managedFields is not NO_ENTRIES:
        body = _without_entries(body, bytes(looked.metadata.managedFields))
    if b"\n" in body or _needs_redaction(seen.resource, looked):
        found = orjson.loads(body)
        redact(found)
        return orjson.dumps(found)
    return body


def _needs_redaction(resource: Resource, looked: Glance) -> bool:
    return (
        resource.key in _ALWAYS_REDACTED
        or texts_hold_secret(looked.texts)
        or sections_hold_secret(looked.sections)
    )


def _without_entries(body: bytes, entries: bytes) -> bytes:
    """Return the body without metadata.managedFields.

    Cutting the bytes out costs a fraction of decoding and encoding the object; text that is not the API
    server's own (spaces between tokens, a field of that name elsewhere) is decoded instead.
    """
    start = body.find(_FIELD)
    if start < 0 or not body.startswith(entries, start + len(_FIELD)):
        found: dict[str, Any] = orjson.loads(body)
        found["metadata"].pop("managedFields", None)
        return orjson.dumps(found)
    end = start + len(_FIELD) + len(entries)
    if body.startswith(b",", end):
        end += 1
    elif body.startswith(b",", start - 1):
        start -= 1
    return body[:start] + body[end:]


def _with_kind(body: bytes, looked: Glance, resource: Resource) -> bytes:
    """Return the body with apiVersion and kind, which items of a list lack."""
    said = {"apiVersion": looked.api_version, "kind": looked.kind}
    told = {"apiVersion": resource.api_version, "kind": resource.kind}
    text = b"".join(
        orjson.dumps(name) + b":" + orjson.dumps(value) + b","
        for name, value in told.items()
        if not said[name]
    )
    return b"{" + text + body.lstrip()[1:]
