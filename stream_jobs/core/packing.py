"""Objects that nothing happened to for a while are kept small: what is seldom read of them is packed.

Who reads it unpacks it, and need not know (`Known.__getattr__`). Objects of a kind resemble each other:
what some of them say is the pattern against which the others are compressed.
"""

import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from schemas.contracts import Edit, Manager
from schemas.kubernetes import Plain
from stream_jobs.core.engines import all_views
from stream_jobs.core.known import PACKED, History, Known

if TYPE_CHECKING:
    from stream_jobs.core.cell import Cell

QUIET = timedelta(minutes=2)  # since its newest change; pods change most in their first and last seconds
STEP = 500  # objects that are looked at after a batch, and a sixteenth of all where that is more
WINDOW = 14  # log2 of the bytes that the compression looks back
LONGEST = 12_000  # bytes of a pattern: it has to fit into the window beside the text itself
POOR = 0.2  # of its text: what is packed to more than that differs from the pattern, and joins it
RARELY = (
    128  # objects of a kind between two patterns: those that were packed against an old one keep it alive
)


class Rest(msgspec.Struct, array_like=True):
    """What is packed of an object."""

    view: msgspec.Raw
    managers: tuple[Manager, ...]
    written: str
    edits: list[Edit]
    history: History


class Pattern:
    """What objects of one kind look like."""

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.packed = 0  # objects so far
        self._empty = zlib.compressobj(6, zlib.DEFLATED, -WINDOW, 6, zdict=text)

    def compress(self, text: bytes) -> bytes:
        """Return the text, compressed against the pattern."""
        self.packed += 1
        compressor = self._empty.copy()
        return compressor.compress(text) + compressor.flush()


def pack_quiet(cell: "Cell") -> None:
    """Look at some of the objects, all in turn; pack those that have been quiet."""
    if not cell.waiting:
        cell.waiting = list(cell.objects)
    count = max(STEP, len(cell.objects) // 16)
    limit = datetime.fromtimestamp(cell.version / 1e6, UTC) - QUIET
    some, cell.waiting = cell.waiting[-count:], cell.waiting[:-count]
    for uid in some:
        known = cell.objects.get(uid)
        if known is not None and not known.cold and known.seen < limit:
            pack(known, cell.patterns)


def pack(known: Known, patterns: dict[str, Pattern]) -> None:
    """Pack the object; what was unpacked only to be read is packed already."""
    if not known.packed:
        text = msgspec.json.encode(
            (known.view, known.managers, known.written.decode(), known.edits, known.history)
        )
        pattern = patterns.get(known.key) or Pattern(text[:LONGEST])
        known.packed, known.pattern = pattern.compress(text), pattern.text
        if pattern.packed > RARELY and len(known.packed) > POOR * len(text):
            pattern = Pattern((pattern.text + text)[-LONGEST:])
        patterns[known.key] = pattern
    for name in PACKED:
        delattr(known, name)
    known.cold = True


def unpack(known: Known) -> None:
    """Put what was packed back into its place."""
    text = zlib.decompressobj(-WINDOW, zdict=known.pattern).decompress(known.packed)
    rest = msgspec.json.decode(text, type=Rest)
    known.view = msgspec.json.decode(rest.view, type=all_views().get(known.key, Plain))
    known.managers, known.written = rest.managers, rest.written.encode()
    known.edits, known.history = rest.edits, rest.history
    known.cold = False
