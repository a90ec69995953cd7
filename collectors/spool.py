"""Records on disk while Kafka is away: segment files, written at one end, read and removed at the other.

A segment is a sequence of frames: size and checksum (4 bytes each, big endian), then the record, packed.
"""

import os
import zlib
from contextlib import suppress
from pathlib import Path
from struct import Struct
from time import time

import msgspec

SEGMENT_BYTES = 4 * 1024 * 1024  # of records, unpacked: a segment is read as a whole
_FRAME = Struct(">II")
_FASTEST = 1  # level of packing: JSON shrinks to an eighth even so


class SpoolError(RuntimeError):
    """The spool cannot be written; the message says why. What was written before is still there."""


class Segment(msgspec.Struct, kw_only=True):
    """One file. `damaged` says what is wrong with it behind the records that could be read."""

    path: Path
    size: int
    records: list[bytes] = []  # once it has been read
    damaged: str = ""
    since: float = 0.0  # when it was begun, and when it was written last: seconds of the system's clock
    until: float = 0.0


class Spool:
    """Segments in a folder, oldest first. Not for several threads at once."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        """Open the spool, with what an earlier process left there; raises SpoolError."""
        self._folder = folder
        self._most_bytes = most_bytes
        self._file: int | None = None  # of the last segment, while it is written
        self._unpacked = 0  # bytes of its records
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = sorted(folder.glob("*.segment"))
            if found:
                _cut_torn_end(found[-1])
            self._segments = [Segment(path=path, size=path.stat().st_size) for path in found]
        except OSError as error:
            raise SpoolError(f"the spool {folder} cannot be written: {error.strerror}") from error
        self._number = int(found[-1].stem) if found else 0

    @property
    def size(self) -> int:
        """Bytes that lie on disk."""
        return sum(segment.size for segment in self._segments)

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._segments)

    def append(self, records: list[bytes]) -> bool:
        """Write records, all or none, and return when they are on the disk; False where there is no room.

        Raises SpoolError where the disk is full or cannot be written.
        """
        frames = b"".join(map(_frame, records))
        if self.size + len(frames) > self._most_bytes:
            return False
        try:
            self._write(frames)
        except OSError as error:
            self._take_back()
            raise SpoolError(f"the spool {self._folder} cannot be written: {error.strerror}") from error
        self._segments[-1].size += len(frames)
        self._unpacked += sum(map(len, records))
        if self._unpacked >= SEGMENT_BYTES:
            self.seal()
        return True

    def seal(self) -> None:
        """Write no more into the last segment."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def read(self) -> Segment:
        """Return the oldest segment with its records: written no more, there until it is removed."""
        segment = self._segments[0]
        if len(self._segments) == 1:
            self.seal()
        try:
            text = segment.path.read_bytes()[: segment.size]
            segment.until = segment.path.stat().st_mtime
        except OSError as error:
            text, segment.damaged = b"", f"it cannot be read: {error.strerror}"
        segment.records, end, damaged = _read_frames(text)
        segment.damaged = segment.damaged or damaged
        if end < segment.size and not segment.damaged:
            segment.damaged = "its end is missing"
        segment.since = int(segment.path.stem) / 1e6
        segment.until = max(segment.since, segment.until)
        return segment

    def remove(self) -> None:
        """The oldest segment's records are durable elsewhere."""
        self._segments.pop(0).path.unlink(missing_ok=True)

    def _write(self, frames: bytes) -> None:
        file = self._file
        if file is None:
            file = self._begin()
        left = memoryview(frames)
        while left:
            left = left[os.write(file, left) :]
        os.fdatasync(file)

    def _begin(self) -> int:
        """Open the next segment, and see to it that a power cut does not take its name."""
        self._number = max(self._number + 1, int(time() * 1e6))
        path = self._folder / f"{self._number:020d}.segment"
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._segments.append(Segment(path=path, size=0))
        self._unpacked = 0
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return self._file

    def _take_back(self) -> None:
        """Leave no half of what could not be written as a whole."""
        if self._file is None:
            return
        segment = self._segments[-1]
        with suppress(OSError):  # what was not acknowledged is not read, even where it stays
            os.ftruncate(self._file, segment.size)
        self.seal()
        if not segment.size:
            self._segments.pop()
            with suppress(OSError):  # an empty file does no harm
                segment.path.unlink()


def _frame(record: bytes) -> bytes:
    packed = zlib.compress(record, _FASTEST)
    return _FRAME.pack(len(packed), zlib.crc32(packed)) + packed


def _cut_torn_end(path: Path) -> None:
    """A process was killed while it wrote; nobody was told that it had written."""
    _, end, damaged = _read_frames(path.read_bytes())
    if not damaged:
        os.truncate(path, end)


def _read_frames(text: bytes) -> tuple[list[bytes], int, str]:
    """Return the records, where the last whole one ends, and what is wrong behind it ("" : nothing follows).

    A record that is cut off is left out.
    """
    records: list[bytes] = []
    at = 0
    while at + _FRAME.size <= len(text):
        size, checksum = _FRAME.unpack_from(text, at)
        start, end = at + _FRAME.size, at + _FRAME.size + size
        if end > len(text) or not size:
            break
        if zlib.crc32(text[start:end]) != checksum:
            return records, at, f"record {len(records) + 1} is damaged"
        records.append(zlib.decompress(text[start:end]))
        at = end
    return records, at, ""
