"""What the API server sent about one object, as a Change: redacted, managedFields in brief, times read.

Most objects hold nothing to redact. Those are never decoded as a whole: they are looked at, and managedFields
are cut out of the text.
"""

from datetime import datetime

import msgspec
import orjson

from collectors.bodies import MOST_LEVELS, UnreadableObjectError, read_object
from collectors.glance import Glance, glance, happened_at
from collectors.managers import newest_writer
from collectors.parts import Parts
from collectors.redact import pod_spec_holds_secret, redact, sections_hold_secret, texts_hold_secret
from collectors.resource import Resource
from schemas.contracts import Change, Verb

_ALWAYS_REDACTED = frozenset({("", "secrets"), ("", "configmaps")})


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
        return _change(seen, glance(seen.resource, seen.body))
    except RecursionError as error:
        raise UnreadableObjectError(
            f"expected an object that is nested at most {MOST_LEVELS} levels deep: {error}"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, orjson.JSONDecodeError) as error:
        raise UnreadableObjectError(f"expected an object with metadata as JSON: {error}") from error


def number(resource_version: str | None) -> int:
    """Return a resource version as a number; 0 for "" and what is none."""
    try:
        return int(resource_version or 0)
    except ValueError:
        return 0


def _change(seen: Seen, looked: Glance) -> Change | None:
    resource, parts = seen.resource, looked.parts
    metadata = parts.head.metadata
    if not metadata.uid or not metadata.name:
        return None
    return Change(
        cluster=seen.cluster,
        verb=seen.verb,
        observed_at=seen.observed_at,
        happened_at=happened_at(looked),
        group=resource.group,
        version=resource.version,
        resource=resource.resource,
        kind=parts.head.kind or resource.kind,
        namespace=metadata.namespace or "",
        name=metadata.name,
        uid=metadata.uid,
        resource_version=number(metadata.resourceVersion),
        actor="" if seen.verb == "deleted" else newest_writer(parts.managers),
        managers=parts.managers,
        object=msgspec.Raw(_body(resource, looked)),
    )


def _body(resource: Resource, looked: Glance) -> bytes:
    body = _with_kind(looked.parts, resource)
    if (
        resource.key in _ALWAYS_REDACTED
        or b"\n" in body
        or texts_hold_secret(looked.texts)
        or sections_hold_secret(looked.sections)
        or pod_spec_holds_secret(looked.pod_spec)
    ):
        found = read_object(body)
        redact(found)
        return orjson.dumps(found)
    return body


def _with_kind(parts: Parts, resource: Resource) -> bytes:
    """Return the object with apiVersion and kind, which items of a list lack."""
    head = parts.head
    if head.kind and head.apiVersion:
        return parts.bare
    said = {"apiVersion": head.apiVersion, "kind": head.kind}
    told = {"apiVersion": resource.api_version, "kind": resource.kind}
    text = b"".join(
        orjson.dumps(name) + b":" + orjson.dumps(value) + b","
        for name, value in told.items()
        if not said[name]
    )
    return b"{" + text + parts.bare.lstrip()[1:]
