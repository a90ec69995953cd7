"""An object's bytes at a glance: names, times, writers, and which of its parts may hold a secret."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from collectors.moments import newest_time, parse_time
from collectors.parts import NOTHING, Metadata, Parts, take_apart
from collectors.resource import Resource
from collectors.views import (
    Status,
    read_event_view,
    read_fields,
    read_object_view,
    read_pod_status,
    read_status,
)

_SPEC = b'spec":'  # its first quote is passed
_STATUS = b',"status":'

Section = tuple[str, msgspec.Raw]


class Glance(msgspec.Struct, gc=False):
    """What is read of an object before anything is done with it.

    `times` are what it states besides metadata's; of an Event only the one that counts, then `times_decide`.
    `texts`, `sections` (JSON by name) and `pod_spec` (JSON) together are all that may hold a secret.
    """

    parts: Parts
    times: list[str | None]
    texts: list[str | None]
    sections: list[Section]
    times_decide: bool = False
    pod_spec: bytes = b""


def glance(resource: Resource, body: bytes) -> Glance:
    """Read an object. Raises msgspec.DecodeError where it is none with metadata.

    Pods, nodes and Events are most of the traffic and have no fields but those of their views, so that less
    has to be looked at. What does not look like its view is read like any other kind.
    """
    parts = take_apart(body)
    sections = _people_wrote(parts.head.metadata)
    if read := _READERS.get(resource.key):
        try:
            return read(parts, sections)
        except msgspec.DecodeError:
            return _any(parts, sections)
    return _any(parts, sections)


def happened_at(looked: Glance) -> datetime | None:
    """Return the newest time the object states; None where it states none.

    An Event's time is the first of its own that is not null, because its other times are older by design.
    """
    if looked.times_decide and (found := parse_time(looked.times[0])):
        return found
    metadata = looked.parts.head.metadata
    times = [newest_time([metadata.creationTimestamp, *looked.times])]
    times += [manager.time for manager in looked.parts.managers]
    if metadata.deletionTimestamp:
        times.append(_deletion_requested(metadata))
    return max(filter(None, times), default=None)


def _deletion_requested(metadata: Metadata) -> datetime | None:
    """deletionTimestamp lies in the future: it is the time of the request plus the grace period."""
    stamp = parse_time(metadata.deletionTimestamp)
    return stamp and stamp - timedelta(seconds=metadata.deletionGracePeriodSeconds or 0)


def _event(parts: Parts, sections: list[Section]) -> Glance:
    view = read_event_view(parts.fields)
    time = view.time()
    return Glance(parts, [time], [view.message, view.reason, view.action, view.note], sections, bool(time))


def _pod(parts: Parts, sections: list[Section]) -> Glance:
    looked = _pod_as_served(parts, sections)
    if looked is None:
        view = read_object_view(parts.fields)
        looked = _with_status(parts, view.status, sections)
        looked.pod_spec = bytes(view.spec)
    return looked


def _pod_as_served(parts: Parts, sections: list[Section]) -> Glance | None:
    """Read a pod that ends with its spec and its status, as the API server writes it.

    Nearly every version of a pod repeats the spec, so that it is cut out without looking into it.
    """
    body, begin = parts.body, parts.fields_at
    end = body.find(_STATUS, begin)
    if not begin or end < 0 or not body.startswith(_SPEC, begin) or not body.endswith(b"}"):
        return None
    looked = _with_status(parts, read_pod_status(memoryview(body)[end + len(_STATUS) : -1]), sections)
    looked.pod_spec = body[begin + len(_SPEC) : end]
    return looked


def _node(parts: Parts, sections: list[Section]) -> Glance:
    view = read_object_view(parts.fields)
    return _with_status(parts, view.status, [("spec", view.spec), *sections])


def _with_status(parts: Parts, status: Status | None, sections: list[Section]) -> Glance:
    times: list[str | None] = []
    texts: list[str | None] = []
    if status:
        status.collect(times, texts)
    return Glance(parts, times, texts, sections)


def _any(parts: Parts, sections: list[Section]) -> Glance:
    fields = read_fields(parts.fields)
    for name in ("metadata", "kind", "apiVersion"):
        fields.pop(name, None)
    times: list[str | None] = []
    if "status" in fields and (status := read_status(fields["status"])):
        status.collect(times, [])
    if "name" in fields and "value" in fields:  # together they may be a secret and its name
        return Glance(parts, times, [], [("object", msgspec.Raw(parts.fields)), *sections])
    return Glance(parts, times, [], [*fields.items(), *sections])


def _people_wrote(metadata: Metadata) -> list[Section]:
    found: list[Section] = []
    if metadata.annotations is not NOTHING:
        found.append(("annotations", metadata.annotations))
    if metadata.labels is not NOTHING:
        found.append(("labels", metadata.labels))
    return found


_READERS: dict[tuple[str, str], Callable[[Parts, list[Section]], Glance]] = {
    ("", "pods"): _pod,
    ("", "nodes"): _node,
    ("", "events"): _event,
    ("events.k8s.io", "events"): _event,
}
