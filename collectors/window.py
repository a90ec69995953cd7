"""Records that wait for Kafka's answer: sent in order, tried again, made smaller, let go when taken."""

import logging
from collections import deque
from collections.abc import Callable
from time import monotonic

import msgspec

from collectors.clock import system_clock
from collectors.notes import Notes
from collectors.producer import Answer, Client
from collectors.trim import smaller
from schemas import topics
from schemas.codec import encode
from schemas.contracts import DeadLetter

_LOG = logging.getLogger(__name__)
_MOST_BYTES = 16 * 1024 * 1024  # the bound on memory
_MOST_RECORDS = 500
_AGAIN_SECONDS = 1.0  # before what Kafka refused is tried again
_LETTER_BYTES = 64 * 1024


class Entry(msgspec.Struct, eq=False):
    """One record on its way. `state` is "waiting", then "sent", then what Kafka answered."""

    topic: str
    record: bytes
    at: float
    notes: Notes | None = None
    state: str = "waiting"
    original: bytes = b""  # the record that this dead letter is about

    def note(self, notes: Notes) -> None:
        """Keep notes until the record is durable."""
        if self.notes:
            self.notes.add(notes)
        else:
            self.notes = notes


class Window:
    """The records that Kafka was given, or is about to be given."""

    def __init__(self, client: Client, cluster: str, topic: str) -> None:
        self.answered_at = monotonic()  # when Kafka last said that it has a record, or the start
        self._client = client
        self._cluster = cluster
        self._topic = topic
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        self._again_at = 0.0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> list[Entry]:
        """What is in it now, oldest first."""
        return list(self._entries)

    @property
    def waits_since(self) -> float | None:
        """When the oldest record came."""
        return self._entries[0].at if self._entries else None

    def has_room(self, record: bytes) -> bool:
        """Whether one more fits; into an empty window any does."""
        full = len(self._entries) >= _MOST_RECORDS or self._bytes + len(record) > _MOST_BYTES
        return not self._entries or not full

    def add(self, record: bytes) -> Entry:
        """Take a record; `send` sends it."""
        entry = Entry(self._topic, record, monotonic())
        self._entries.append(entry)
        self._bytes += len(record)
        return entry

    def send(self) -> None:
        """Send what waits, in order; what was refused waits a moment, and all behind it."""
        if monotonic() < self._again_at or any(entry.state == "failed" for entry in self._entries):
            return
        for entry in self._entries:
            if entry.state == "waiting":
                entry.state = "sent"
                if not self._client.produce(entry.topic, entry.record, self._teller(entry)):
                    entry.state = "waiting"
                    return

    def settle(self) -> list[Entry]:
        """Hear Kafka's answers; return the records that it has now, in order."""
        self._client.poll()
        if any(entry.state == "too large" for entry in self._entries):
            self._entries = deque(part for entry in self._entries for part in self._parts(entry))
            self._bytes = sum(len(entry.record) for entry in self._entries)
        taken: list[Entry] = []
        while self._entries and self._entries[0].state == "taken":
            taken.append(self._entries.popleft())
            self._bytes -= len(taken[-1].record)
        self._try_again()
        return taken

    def _try_again(self) -> None:
        """What failed is sent again once nothing else is on its way."""
        failed = [entry for entry in self._entries if entry.state == "failed"]
        if failed and not any(entry.state == "sent" for entry in self._entries):
            self._again_at = monotonic() + _AGAIN_SECONDS
            for entry in failed:
                entry.state = "waiting"

    def _teller(self, entry: Entry) -> Callable[[Answer], None]:
        def told(answer: Answer) -> None:
            entry.state = answer
            if answer == "taken":
                self.answered_at = monotonic()

        return told

    def _parts(self, entry: Entry) -> list[Entry]:
        """Return what is sent in place of a record that is too large; the last one is the same entry."""
        if entry.state != "too large":
            return [entry]
        entry.state = "waiting"
        if entry.topic != self._topic:
            entry.record = self._letter(entry.original, len(entry.record) // 4)
            return [entry]
        records = smaller(entry.record)
        if records is None:
            reason = "and nothing more can be left out of it: it goes to the dead letters"
            _LOG.warning("Kafka refused a record of %d bytes, %s", len(entry.record), reason)
            entry.topic, entry.original = topics.DEAD_LETTERS, entry.record
            entry.record = self._letter(entry.record, _LETTER_BYTES)
            return [entry]
        entry.record = records[-1]
        return [*(Entry(entry.topic, record, entry.at) for record in records[:-1]), entry]

    def _letter(self, record: bytes, most_bytes: int) -> bytes:
        return encode(
            DeadLetter(
                cluster=self._cluster,
                at=system_clock(),
                stage="collect",
                topic=self._topic,
                reason=f"Kafka refused it as too large ({len(record)} bytes); nothing more can be left out",
                body=record[:most_bytes].decode(errors="backslashreplace"),
            )
        )
