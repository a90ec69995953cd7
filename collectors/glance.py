"""An object's bytes at a glance: names, times, and which of its parts may hold a secret."""

from collections.abc import Callable

import msgspec

from collectors.resource import Resource
from collectors.views import (
    NOTHING,
    Metadata,
    ObjectView,
    PodView,
    read_event_view,
    read_metadata,
    read_object_view,
    read_parts,
    read_pod_view,
    read_status,
    read_text,
)


class Glance(msgspec.Struct, gc=False):
    """What is read of an object before anything is done with it.

    `times` are what it states besides metadata's; of an Event only the one that counts, then `times_decide`.
    `sections` (JSON) and `texts` together are all that may hold a secret.
    """

    metadata: Metadata
    kind: str
    api_version: str
    times: list[str | None]
    texts: list[str | None]
    sections: list[tuple[str, msgspec.Raw]]
    times_decide: bool = False


def glance(resource: Resource, body: bytes) -> Glance:
    """Read an object. Raises msgspec.DecodeError, or KeyError where it has no metadata.

    Pods, nodes and Events are most of the traffic and have no fields but those of their views, so that they
    are read in one pass. What does not look like its view is read like any other kind.
    """
    read = _READERS.get(resource.key)
    if read:
        try:
            return read(body)
        except msgspec.ValidationError:
            return _any(body)
    return _any(body)


def _event(body: bytes) -> Glance:
    view = read_event_view(body)
    times: list[str | None] = [time for time in view.times() if time]
    return Glance(
        view.metadata,
        view.kind or "",
        view.apiVersion or "",
        times[:1],
        [view.message, view.reason, view.action, view.note],
        _people_wrote(view.metadata),
        bool(times),
    )


def _pod(body: bytes) -> Glance:
    view = read_pod_view(body)
    return _with_status(view, view.spec.sections() + _people_wrote(view.metadata))


def _node(body: bytes) -> Glance:
    view = read_object_view(body)
    return _with_status(view, [("spec", view.spec), *_people_wrote(view.metadata)])


def _with_status(view: PodView | ObjectView, sections: list[tuple[str, msgspec.Raw]]) -> Glance:
    times: list[str | None] = []
    texts: list[str | None] = []
    if view.status:
        view.status.collect(times, texts)
    return Glance(view.metadata, view.kind or "", view.apiVersion or "", times, texts, sections)


def _any(body: bytes) -> Glance:
    parts = read_parts(body)
    metadata = read_metadata(parts.pop("metadata"))
    times: list[str | None] = []
    if "status" in parts and (status := read_status(parts["status"])):
        status.collect(times, [])
    kind = read_text(parts.pop("kind", _NULL)) or ""
    api_version = read_text(parts.pop("apiVersion", _NULL)) or ""
    sections = [*parts.items(), *_people_wrote(metadata)]
    if "name" in parts and "value" in parts:  # together they may be a secret and its name
        sections = [("object", msgspec.Raw(body))]
    return Glance(metadata, kind, api_version, times, [], sections)


def _people_wrote(metadata: Metadata) -> list[tuple[str, msgspec.Raw]]:
    found = []
    if metadata.annotations is not NOTHING:
        found.append(("annotations", metadata.annotations))
    if metadata.labels is not NOTHING:
        found.append(("labels", metadata.labels))
    return found


_NULL = msgspec.Raw(b"null")
_READERS: dict[tuple[str, str], Callable[[bytes], Glance]] = {
    ("", "pods"): _pod,
    ("", "nodes"): _node,
    ("", "events"): _event,
    ("events.k8s.io", "events"): _event,
}
