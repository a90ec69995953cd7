"""The page of the JSON that programs read, from the contracts' types, docstrings and comments."""

import inspect
import re
from collections.abc import Iterator
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

import msgspec

from schemas.contracts import Anomaly, Edit, Record, Session
from wakeline.reference.markdown import page, table

TOPS = (Session, Anomaly, Edit)
_COMMENT = re.compile(r"^    (\w+): [^#\n]+?(?:#\s*(.+))?$", re.MULTILINE)
_WORDS = {str: "text", int: "whole number", float: "number", bool: "true or false", datetime: "time"}

_INTRO = """\
What `wakeline replay --format json` and `wakeline explain --format json` print is one document for all files
given:

```
{"sessions": [Session, ...], "anomalies": [Anomaly, ...]}
```

Times are UTC, as in `"2026-11-24T11:25:33Z"`. `null` means unknown, never zero; an empty text means that
there is none. Names and their meaning stay; fields may be added, so pass over those that you do not know.
The same shapes, one a line, are what Kafka's topics hold ([topics.md](topics.md)).

To take the verdicts out:

```
wakeline explain dump.json --format json |
  jq -r '.sessions[] | select(.verdict) | "\\(.name): \\(.verdict.title)"'
```"""


def contracts() -> str:
    """Return the page of the JSON document and all that is in it."""
    return page("JSON", _INTRO, *map(_section, _reachable()))


def _reachable() -> list[type[msgspec.Struct]]:
    """Return the structs of the document: the tops, then what is in them, in order of appearance."""
    found: list[type[msgspec.Struct]] = list(TOPS)
    for struct in found:
        for field in msgspec.structs.fields(struct):
            found += [each for each in _structs(field.type) if each not in found]
    return found


def _structs(kind: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for each in get_args(kind):
        yield from _structs(each)


def _section(struct: type[msgspec.Struct]) -> str:
    said = _comments(Record) | _comments(struct)
    rows = [
        (f"`{field.encode_name}`", _type(field.type), said.get(field.name, ""))
        for field in msgspec.structs.fields(struct)
    ]
    about = inspect.getdoc(struct) or ""
    return f"## {struct.__name__}\n\n{about}\n\n{table(('field', 'type', 'what it is'), rows)}"


def _comments(struct: type[msgspec.Struct]) -> dict[str, str]:
    return {
        name: re.sub(r"\bNone\b", "null", said) for name, said in _COMMENT.findall(inspect.getsource(struct))
    }


def _type(kind: Any) -> str:
    """Return the words for a type, as JSON has it."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return ", ".join(f"`{each}`" if each else "empty" for each in inner)
    if origin is UnionType:
        return " or null".join((_type(next(each for each in inner if each is not NoneType)), ""))
    if origin is tuple:
        return f"list of {_type(inner[0])}"
    if kind in _WORDS:
        return _WORDS[kind]
    return f"[{kind.__name__}](#{kind.__name__.lower()})"
