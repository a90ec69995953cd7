"""Inputs into records: closed at 200 inputs, 256 KB or 200 ms, whichever comes first."""

from typing import Any

import msgspec
import orjson

from schemas.codec import pack
from schemas.contracts import Change, Input
from schemas.topics import MAX_RECORD_BYTES

TRIMMED = "wakeline.dev/trimmed"  # annotation: which fields were too large to keep
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

    def add(self, item: Input, now: float) -> list[bytes]:
        """Add one input; return the records that this closed, in order: none, one, or two."""
        line = _encode_lines((item,))
        if len(line) > LARGEST_LINE_BYTES and isinstance(item, Change):
            line = pack([trim(item)])
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


def trim(change: Change, most_bytes: int = LARGEST_LINE_BYTES) -> Change:
    """Return the change with its largest fields left out until it fits; an annotation says which.

    Names, uid, owners and labels are kept, so that the object can still be told apart and placed.
    """
    body: dict[str, Any] = orjson.loads(bytes(change.object))
    bare = len(pack([msgspec.structs.replace(change, object=msgspec.Raw(b"{}"))]))
    sizes = _sizes(body)
    total = bare + len(orjson.dumps(body))
    left_out: list[str] = []
    for size, parent, name in sorted(sizes, key=lambda each: each[0], reverse=True):
        if total + 128 + sum(map(len, left_out)) <= most_bytes:
            break
        total -= size
        left_out.append(_leave_out(body, parent, name))
    metadata = body.setdefault("metadata", {})
    annotations = metadata.get("annotations") or {}
    metadata["annotations"] = {**annotations, TRIMMED: ", ".join(left_out)[:1024]}
    return msgspec.structs.replace(change, object=msgspec.Raw(orjson.dumps(body)))


def _sizes(body: dict[str, Any]) -> list[tuple[int, tuple[str, ...], str]]:
    """Return (bytes, where, name) of each field that may be left out."""
    places: list[tuple[str, ...]] = [(top,) for top in body if top != "metadata"]
    found: list[tuple[int, tuple[str, ...], str]] = [
        (len(orjson.dumps(value)), (), name)
        for name, value in body.items()
        if name not in ("metadata", "kind", "apiVersion") and not isinstance(value, dict)
    ]
    for place in [*places, ("metadata", "annotations")]:
        fields = _at(body, place)
        if isinstance(fields, dict):
            found += [(len(orjson.dumps(value)), place, name) for name, value in fields.items()]
    return found


def _leave_out(body: dict[str, Any], place: tuple[str, ...], name: str) -> str:
    del _at(body, place)[name]
    return ".".join((*place, name))[:100]


def _at(body: dict[str, Any], place: tuple[str, ...]) -> Any:
    found: Any = body
    for name in place:
        found = found.get(name) if isinstance(found, dict) else None
    return found
