"""From an object's JSON to its typed view. Text from a cluster is untrusted, its times included."""

import re

import msgspec

from schemas.contracts import Change
from schemas.kubernetes import Event, Plain, View, kind_key
from stream_jobs.core.engines import all_views

# Go's zero time and the end of the calendar: nothing was then, and one cannot reckon with them.
NO_TIME = re.compile(rb'"[09]\d{3}-\d\d-\d\d[Tt ]')
NO_TIME_FIELD = re.compile(rb'("\w+(?:Time|Timestamp|At|Added)"\s*:\s*)"[09]\d{3}-\d\d-\d\d[Tt ][^"]*"')


def decode(change: Change) -> View:
    """Return the typed view of the change's object, under its kind's type.

    Raises msgspec.ValidationError where the object is not of its kind's shape.
    """
    text = told(change)
    kind = all_views().get(kind_key(change.group, change.kind))
    if kind is not None:
        return msgspec.json.decode(text, type=kind)
    try:
        return msgspec.json.decode(text, type=Plain)
    except msgspec.ValidationError:  # its status means something else by these words
        return msgspec.json.decode(text, type=View)


def decode_event(change: Change) -> Event:
    """Return the change's object as an Event; raises msgspec.ValidationError as `decode`."""
    return msgspec.json.decode(told(change), type=Event)


def told(change: Change) -> bytes:
    """The object's JSON, with times before 1000 and after 8999 left out as null."""
    text = bytes(change.object)
    return NO_TIME_FIELD.sub(rb"\1null", text) if NO_TIME.search(text) else text
