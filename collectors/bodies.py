"""The text of one object: read so that it can be written again, or refused in one sentence."""

from collections.abc import Iterable
from typing import Any

import orjson

MOST_LEVELS = 200  # orjson writes 254


class UnreadableObjectError(ValueError):
    """What came is no JSON object with metadata; the message says what was expected."""


def read_object(body: bytes) -> dict[str, Any]:
    """Return an object that can be redacted and written again; raises UnreadableObjectError for others."""
    try:
        found: dict[str, Any] = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UnreadableObjectError(f"expected an object as JSON: {error}") from error
    levels: list[Any] = [found]
    for _ in range(MOST_LEVELS):
        levels = [inner for each in levels for inner in _inside(each)]
        if not levels:
            return found
    raise UnreadableObjectError(f"expected an object that is nested at most {MOST_LEVELS} levels deep")


def _inside(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
