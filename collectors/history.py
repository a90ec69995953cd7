"""One cluster's recorded lines, in order of time, as inputs, with Progress by their own clock."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from collectors.intake import VERBS, Intake, Stream
from collectors.lines import Line, Timed
from collectors.resource import Resource
from schemas.contracts import Input

TICK = timedelta(seconds=5)  # of the recording's clock, between two Progress of a resource
BETWEEN_FILES = "nothing was recorded between two recordings"
_INSTANT = timedelta(microseconds=1)
_EVERYTHING = Resource(resource="*")


class Ticker:
    """Says when a recording's clock has moved far enough for the next Progress."""

    def __init__(self) -> None:
        self._last: datetime | None = None

    def due(self, at: datetime) -> datetime | None:
        """Before a line of this time is taken: return up to when all is told, or None if it is too early."""
        if self._last is None:
            self._last = at
        if at - self._last < TICK:
            return None
        self._last = at
        return at - _INSTANT


class History:
    """Holds what one cluster's recordings have said so far.

    Several files may speak of one cluster at once, each of its own namespaces (`scopes`): what one does not
    list is gone only if the file speaks for its namespace. Without scopes a file speaks for all.
    """

    def __init__(self, cluster: str, scopes: Mapping[Path, frozenset[str]] | None = None) -> None:
        self.clock: datetime | None = None  # the newest time of a line
        self._scopes = scopes or {}
        self._intake = Intake(cluster)
        self._ticker = Ticker()
        self._streams: dict[tuple[Path, tuple[str, str]], Stream] = {}
        self._open: set[Path] = set()

    def feed(self, timed: Timed, resource: Resource) -> Iterator[Input]:
        """Take one line; yield the Gap or Progress that is due before it, and what it says."""
        at = timed.at
        yield from self._before(at)
        self.clock = at if self.clock is None else max(self.clock, at)
        self._open.add(timed.path)
        yield from self._line(timed.line, self._stream(timed.path, resource), at)
        if timed.last:
            self._close(timed.path)

    def finish(self) -> Iterator[Input]:
        """The recordings end: what was complete is complete up to their last line."""
        if self.clock:
            yield from self._progress(self.clock)

    def _before(self, at: datetime) -> Iterator[Input]:
        if self.clock is None or self._open:
            if until := self._ticker.due(at):
                yield from self._progress(until)
            return
        self._ticker.due(at)
        self._streams.clear()
        if at > self.clock:
            yield Stream(self._intake, _EVERYTHING).gap(self.clock, at, BETWEEN_FILES)

    def _line(self, line: Line, stream: Stream, at: datetime) -> Iterator[Input]:
        if line.type in ("LISTED", "LIST_END") and not stream.listing and (gap := stream.begin_list(at)):
            yield gap
        if line.type == "LIST_END":
            head = line.head()
            yield from stream.end_list(head.metadata.resourceVersion, head.kind, at)
        elif line.type not in VERBS:
            stream.heard(at, line.type, bytes(line.object))
        elif change := stream.item(VERBS[line.type], bytes(line.object), at):
            yield change

    def _stream(self, path: Path, resource: Resource) -> Stream:
        stream = self._streams.get((path, resource.key))
        if stream is None:
            scope = self._scopes.get(path)
            covers = scope.__contains__ if scope is not None else None
            stream = self._streams[path, resource.key] = Stream(self._intake, resource, covers)
        return stream

    def _close(self, path: Path) -> None:
        """The last open file's streams stay: nothing was missed until the next line or the end."""
        self._open.discard(path)
        if self._open:
            self._streams = {key: stream for key, stream in self._streams.items() if key[0] != path}

    def _progress(self, until: datetime) -> Iterator[Input]:
        followed = {
            stream.resource.key: stream
            for stream in self._streams.values()
            if stream.complete and not stream.broken
        }
        for stream in followed.values():
            yield stream.progress(until)
