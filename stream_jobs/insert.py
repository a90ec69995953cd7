"""Insert the lines of a topic into its landing table, as they are; find the lines that ClickHouse refuses."""

import re
from collections.abc import Iterator, Sequence

import msgspec
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from schemas import topics

LANDING = {
    topics.CHANGES: "changes_in",
    topics.SESSIONS: "sessions_in",
    topics.ANOMALIES: "anomalies_in",
    topics.EDITS: "edits_in",
    topics.DEAD_LETTERS: "dead_letters_in",
}

# Refusals that are about the bytes: the same lines would be refused for ever. Every other error (too many
# parts, memory, disk, rights, a table that is missing) is about the store and passes with time.
# Numbers: ClickHouse, src/Common/ErrorCodes.cpp.
_ABOUT_THE_LINES = frozenset(
    (6, 25, 26, 27, 32, 33, 38, 41, 53, 69, 70, 72, 117, 128, 130, 131, 321, 349, 407, 467, 469, 675, 676)
)
_SETTINGS = {
    "async_insert": 0,  # answered once the rows are stored, and stored by their token
    "date_time_input_format": "best_effort",
    "input_format_skip_unknown_fields": 1,  # a newer writer's additions
    "input_format_json_read_objects_as_strings": 1,  # the object of a change
    "input_format_json_read_arrays_as_strings": 1,
    "input_format_null_as_default": 1,
}
_MESSAGE = re.compile(
    r".*DB::Exception: (.*?)(?:: While executing|: \(at row|: \(in file|\. \([A-Z_]+\)|$)", re.S
)
_CONSTRAINT = re.compile(r"Constraint `(\w+)`.*?Expression: \((.*?)\)\. ", re.S)


class Refused(msgspec.Struct, frozen=True):
    """A line that the store does not take. `number` counts the body's lines from 0."""

    number: int
    line: bytes
    reason: str


def insert(client: Client, topic: str, body: bytes, token: str) -> tuple[Refused, ...]:
    """Store the lines of `body`, all but those returned.

    The same body with the same `token` is stored once, however often it is inserted.
    Raises the client's exceptions where the store is away, full or not migrated: insert the same again later.
    """
    numbered = [(number, line) for number, line in enumerate(body.split(b"\n")) if line.strip()]
    misfits = [Refused(number, line, reason) for number, line in numbered if (reason := _misfit(line))]
    bad = {each.number for each in misfits}
    lines = [each for each in numbered if each[0] not in bad]
    refused = _halve(client, LANDING[topic], lines, token) if lines else ()
    return tuple(sorted((*misfits, *refused), key=lambda each: each.number))


def _misfit(line: bytes) -> str:
    """Say what makes a line none at all, where ClickHouse would pass over it or fail without a code."""
    if not line.startswith(b"{"):
        return "expected a JSON object, which starts with {"
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return f"expected UTF-8: {error.reason} at byte {error.start}"
    return ""


def _halve(client: Client, table: str, lines: Sequence[tuple[int, bytes]], token: str) -> Iterator[Refused]:
    reason = _send(client, table, b"\n".join(line for _, line in lines) + b"\n", token)
    if reason is None:
        return
    if len(lines) == 1:
        yield Refused(*lines[0], reason)
        return
    middle = len(lines) // 2
    yield from _halve(client, table, lines[:middle], f"{token}/0")
    yield from _halve(client, table, lines[middle:], f"{token}/1")


def _send(client: Client, table: str, body: bytes, token: str) -> str | None:
    """Insert all or nothing; return why the lines are refused."""
    settings = {**_SETTINGS, "insert_deduplication_token": token}
    try:
        client.raw_insert(table, insert_block=body, fmt="JSONEachRow", settings=settings)
    except DatabaseError as error:
        if error.code in _ABOUT_THE_LINES:
            return _reason(str(error))
        raise
    return None


def _reason(text: str) -> str:
    if violated := _CONSTRAINT.search(text):
        return f"does not satisfy {violated.group(1)}: {violated.group(2)}"[:500]
    found = _MESSAGE.search(text)
    return " ".join((found.group(1) if found else text).split())[:500]
