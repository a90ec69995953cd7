"""The lines of a recording: one JSON object each, read one at a time."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from collectors.glance import glance, happened_at
from collectors.moments import parse_time
from collectors.names import resource_of as named_resource
from collectors.resource import Resource

TYPES = frozenset({"LISTED", "LIST_END", "ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"})
EXPECTED = 'expected one JSON object with "type" and "object", as `wakeline record` writes it'


class RecordingError(ValueError):
    """A recording cannot be used; the message names file, line and what was expected."""


class ListMetadata(msgspec.Struct, frozen=True, gc=False):
    """The metadata of a list or an object."""

    name: str | None = ""
    namespace: str | None = ""
    uid: str | None = ""
    resourceVersion: str | None = ""


class ListHead(msgspec.Struct, gc=False):
    """What a list, a bookmark or an object says of itself."""

    kind: str | None = ""
    apiVersion: str | None = ""
    metadata: ListMetadata = ListMetadata()


def resource_of(line: "Line") -> Resource:
    """Return the resource of a line; a plain watch event says it by the object's kind."""
    if line.resource:
        return Resource(group=line.group, version=line.version, resource=line.resource)
    head = line.head()
    return named_resource(head.apiVersion or "v1", head.kind or "")


_read_head = msgspec.json.Decoder(ListHead).decode


class Line(msgspec.Struct, gc=False):
    """One line. A plain watch event has only `type` and `object`: the rest is "" then."""

    type: str
    object: msgspec.Raw
    at: str = ""
    cluster: str = ""
    group: str = ""
    version: str = "v1"
    resource: str = ""

    def time(self, before: datetime | None) -> datetime | None:
        """Return the time of arrival; without `at` the object's own, but never one earlier than `before`."""
        if self.at:
            return parse_time(self.at)
        stated = happened_at(glance(resource_of(self), bytes(self.object)))
        return max((time for time in (stated, before) if time), default=None)

    def head(self) -> ListHead:
        """Return the object's kind, API version and resource version."""
        return _read_head(self.object)


class Timed(msgspec.Struct, gc=False):
    """A line, where it stands, and when it came."""

    path: Path
    number: int
    line: Line
    at: datetime
    last: bool = False  # of its file


_read_line = msgspec.json.Decoder(Line).decode


def timed_lines(path: Path, on_bytes: Callable[[int], None] | None) -> Iterator[Timed]:
    """Yield each line with its time; raises RecordingError where there is no line, or no time to be had."""
    before: Timed | None = None
    for number, line in read_lines(path, on_bytes):
        at = line.time(before.at if before else None)
        if at is None:
            raise RecordingError(
                f"{path}, line {number}: expected a time: neither `at` nor the object states one"
            )
        if before:
            yield before
        before = Timed(path=path, number=number, line=line, at=at)
    if before is None:
        raise RecordingError(f"{path}: expected at least one line, the file is empty")
    before.last = True
    yield before


def namespaces_of(path: Path) -> frozenset[str]:
    """Return the namespaces that a recording speaks for: those it shows, or shows an object of."""
    found: set[str] = set()
    for _, line in read_lines(path, None):
        head = line.head()
        found.add(head.metadata.namespace or "")
        if head.kind == "Namespace":
            found.add(head.metadata.name or "")
    return frozenset(found)


def read_lines(path: Path, on_bytes: Callable[[int], None] | None) -> Iterator[tuple[int, Line]]:
    """Yield each line with its number, beginning at 1; empty lines are passed over."""
    try:
        with path.open("rb") as stored:
            told = 0
            for number, text in enumerate(_unpacked(path, stored), start=1):
                if text.strip():
                    yield number, _parse(path, number, text)
                if on_bytes and (read := stored.tell()) > told:
                    on_bytes(read - told)
                    told = read
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise RecordingError(f"{path}: cannot be read: {reason}") from error


def _unpacked(path: Path, stored: IO[bytes]) -> IO[bytes]:
    return io.BufferedReader(gzip.GzipFile(fileobj=stored)) if path.suffix == ".gz" else stored


def _parse(path: Path, number: int, text: bytes) -> Line:
    try:
        line = _read_line(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        hint = "; for what `kubectl get -o json` prints use `wakeline explain`" if number == 1 else ""
        raise RecordingError(f"{path}, line {number}: {EXPECTED}: {error}{hint}") from error
    if line.type not in TYPES:
        raise RecordingError(
            f"{path}, line {number}: expected a type among {', '.join(sorted(TYPES))}, got {line.type!r}"
        )
    if line.at and parse_time(line.at) is None:
        raise RecordingError(f"{path}, line {number}: expected `at` as an RFC 3339 time, got {line.at!r}")
    return line
