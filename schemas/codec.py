"""Contracts to bytes and back: newline-delimited JSON, many lines a Kafka record."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from schemas.contracts import CONTRACT_VERSION, Input

encode = msgspec.json.encode
_decode_input: Callable[[bytes], Input] = msgspec.json.Decoder(Input).decode


class BadLineError(ValueError):
    """A line that no reader can take; the message says what was expected."""


def pack(inputs: Iterable[msgspec.Struct]) -> bytes:
    """Return the lines of one record, each ended by a newline; also what ClickHouse takes as JSONEachRow."""
    return b"".join(encode(each) + b"\n" for each in inputs)


def decode_line(line: bytes) -> Input:
    """Return the Change, Progress or Gap of one line.

    Raises BadLineError where it is none, or of a newer contract than this program knows.
    """
    try:
        found = _decode_input(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadLineError(f"expected a change, progress or gap as one JSON object: {error}") from error
    if found.v > CONTRACT_VERSION:
        raise BadLineError(
            f"contract version {found.v} is newer than {CONTRACT_VERSION}: upgrade this program first"
        )
    return found


def unpack(record: bytes) -> Iterator[Input]:
    """Yield each line's input; raises BadLineError at the first bad one."""
    return (decode_line(line) for line in record.splitlines() if line.strip())
