"""Real objects spoilt: fields missing, null, of another type, huge, odd, from before or after all time."""

import random
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from schemas.contracts import Change, Input

ODD: tuple[Any, ...] = (
    None,
    "",
    "x" * 100_000,
    "\u202e odd \u0000\n\r\u2028 \U0001f680 \u00a0",
    0,
    -1,
    1e300,
    2**62,
    True,
    [],
    {},
    [{}],
    [None],
    {"": None},
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "NaN",
)


def spoil(given: Sequence[Input], chance: random.Random, share: float = 0.2) -> list[tuple[Input, bool]]:
    """Return the inputs, a share of the objects among them spoilt in one to four places, and which."""
    found: list[tuple[Input, bool]] = []
    for each in given:
        if not isinstance(each, Change) or chance.random() > share:
            found.append((each, False))
            continue
        body = msgspec.json.decode(each.object)
        for _ in range(chance.choice((1, 1, 2, 4))):
            _spoil_one(body, chance)
        spoilt = msgspec.structs.replace(each, object=msgspec.Raw(msgspec.json.encode(body)))
        found.append((spoilt, True))
    return found


def _spoil_one(body: Any, chance: random.Random) -> None:
    """Take one place of the object, however deep, and remove it, repeat it or put something odd there."""
    places = list(_places(body))
    if not places:
        return
    holder, key = chance.choice(places)
    how = chance.random()
    if how < 0.3:
        del holder[key]
    elif how < 0.4 and isinstance(holder[key], list):
        holder[key] = holder[key] * 2
    else:
        holder[key] = chance.choice(ODD)


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)
