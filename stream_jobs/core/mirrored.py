"""A cell's state as entries of bytes, and back.

Their keys: "head", "o/<uid>", "e/<object>", "g/<definition>", "s/<session>", "a/<anomaly>".
"""

from typing import TYPE_CHECKING

import msgspec

from schemas.contracts import Gap
from schemas.kubernetes import Plain, View
from stream_jobs.core.engines import all_views
from stream_jobs.core.good_runs import GoodRun
from stream_jobs.core.known import Covered, Known, Sighting

if TYPE_CHECKING:
    from stream_jobs.core.cell import Cell


class Head(msgspec.Struct):
    """What is of the cell as a whole."""

    version: int
    covered: dict[str, Covered]
    gaps: list[Gap]


NOTHING = msgspec.Raw(b"null")


class Stored(msgspec.Struct):
    """A Known whose view is kept apart, as its type follows from the kind, and what is JSON already."""

    known: Known
    view: msgspec.Raw
    written: msgspec.Raw = NOTHING


def entry(cell: "Cell", key: str) -> bytes | None:
    """Return the entry's value; None where there is nothing any more."""
    kind, _, name = key.partition("/")
    if kind == "head":
        return msgspec.json.encode(Head(cell.version, cell.covered, cell.gaps))
    if kind == "o":
        known = cell.objects.get(name)
        return None if known is None else _encode(known)
    if kind == "e":
        sightings = cell.sightings.get(name)
        return None if sightings is None else msgspec.json.encode(sightings)
    if kind == "g":
        runs = cell.good_runs.get(name)
        return None if runs is None else msgspec.json.encode(runs)
    return cell.sent.get(key)


def restore(cell: "Cell", key: str, value: bytes) -> None:
    """Put one entry back into the cell; raises msgspec.ValidationError where it is none."""
    kind, _, name = key.partition("/")
    if kind == "head":
        head = msgspec.json.decode(value, type=Head)
        cell.version, cell.covered, cell.gaps = head.version, head.covered, head.gaps
    elif kind == "o":
        stored = msgspec.json.decode(value, type=Stored)
        known = stored.known
        known.view = msgspec.json.decode(stored.view, type=all_views().get(known.key, Plain))
        known.created = known.view.metadata.creationTimestamp
        known.written = b"" if stored.written == NOTHING else bytes(stored.written)
        cell.objects[name] = known
    elif kind == "e":
        cell.sightings[name] = msgspec.json.decode(value, type=dict[str, Sighting])
    elif kind == "g":
        cell.good_runs[name] = msgspec.json.decode(value, type=tuple[GoodRun, ...])
    else:
        cell.sent[key] = value


def _encode(known: Known) -> bytes:
    view = msgspec.Raw(msgspec.json.encode(known.view))
    bare = msgspec.structs.replace(known, view=View(), written=b"", packed=b"", pattern=b"")
    return msgspec.json.encode(Stored(bare, view, msgspec.Raw(known.written) if known.written else NOTHING))
