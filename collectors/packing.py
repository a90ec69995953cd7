"""Inputs into records: closed at 200 inputs, 256 KB or 200 ms, whichever comes first."""

import msgspec

from collectors.trim import trim
from schemas.codec import pack
from schemas.contracts import Change, Input
from schemas.topics import MAX_RECORD_BYTES

_encode_lines = msgspec.json.Encoder().encode_lines  # as `pack` does, without a copy of the line
LARGEST_LINE_BYTES = MAX_RECORD_BYTES - 64 * 1024  # Kafka counts the key and its own framing too


class Packer:
    """Holds the record that is being filled. `now` is any clock in seconds that does not go back."""

    def __init__(
        self, most_inputs: int = 200, most_bytes: int = 256 * 1024, linger_seconds: float = 0.2
    ) -> None:
        self._most_inputs = most_inputs
        self._most_bytes = most_bytes
        self._linger_seconds = linger_seconds
        self._lines: list[bytes] = []
        self._bytes = 0
        self._since = 0.0

    @property
    def empty(self) -> bool:
        """Whether no input waits to be sent."""
        return not self._lines

    def add(self, item: Input, now: float) -> list[bytes]:
        """Add one input; return the records that this closed, in order: none, one, or two."""
        line = _encode_lines((item,))
        if len(line) > LARGEST_LINE_BYTES and isinstance(item, Change):
            line = pack([trim(item, LARGEST_LINE_BYTES) or item])  # what is too large even so, Kafka refuses
        closed = self.close() if self._lines and self._bytes + len(line) > self._most_bytes else []
        if not self._lines:
            self._since = now
        self._lines.append(line)
        self._bytes += len(line)
        if len(self._lines) >= self._most_inputs or self._bytes >= self._most_bytes:
            closed += self.close()
        return closed

    def due(self, now: float) -> list[bytes]:
        """Return the record if it has waited long enough."""
        return self.close() if self._lines and now - self._since >= self._linger_seconds else []

    def close(self) -> list[bytes]:
        """Return the record as it is; nothing where it is empty."""
        if not self._lines:
            return []
        record = b"".join(self._lines)
        self._lines, self._bytes = [], 0
        return [record]
