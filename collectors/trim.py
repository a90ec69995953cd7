"""An object that no record can hold: its largest fields are left out, and an annotation says which."""

from collections.abc import Iterator
from typing import Any

import msgspec
import orjson

from schemas.codec import BadLineError, decode_line, pack
from schemas.contracts import Change

TRIMMED = "wakeline.dev/trimmed"  # annotation: which fields were too large to keep
_MARK_BYTES = 1024  # of it, at most
_SMALL_BYTES = 256  # a field below that is not worth its loss
_KEPT = frozenset({"apiVersion", "kind", "metadata"})
_ANNOTATIONS = ("metadata", "annotations")

Path = tuple[str | int, ...]


class _Field(msgspec.Struct, frozen=True):
    size: int
    path: Path


def trim(change: Change, most_bytes: int) -> Change | None:
    """Return the change with so much left out that its line fits; None where even that does not help.

    Annotations go first, then texts, then lists, then what else is large, the largest of each first. Names,
    uid, owners and labels are kept, so that the object can still be told apart and placed.
    """
    body: dict[str, Any] = orjson.loads(bytes(change.object))
    spare = most_bytes - _size_of(change, body) - _MARK_BYTES - len(TRIMMED) - 32
    left_out: list[str] = []
    for fields in (_annotations, _texts, _lists, _others):
        for field in sorted(fields(body), key=lambda each: each.size, reverse=True):
            if spare >= 0:
                break
            if _leave_out(body, field.path):
                left_out.append(".".join(map(str, field.path))[:100])
                spare += field.size
    if spare < 0:
        return None
    metadata = body.setdefault("metadata", {})
    metadata["annotations"] = {**(metadata.get("annotations") or {}), TRIMMED: _said(left_out)}
    return msgspec.structs.replace(change, object=msgspec.Raw(orjson.dumps(body)))


def smaller(record: bytes) -> list[bytes] | None:
    """Return a record that was refused as smaller ones: halved, or its one object trimmed.

    None where nothing is left to make smaller.
    """
    lines = record.splitlines(keepends=True)
    if len(lines) > 1:
        middle = len(lines) // 2
        return [b"".join(lines[:middle]), b"".join(lines[middle:])]
    try:
        only = decode_line(record)
    except BadLineError:
        return None
    trimmed = trim(only, len(record) * 2 // 3) if isinstance(only, Change) else None
    return [pack([trimmed])] if trimmed else None


def _said(left_out: list[str]) -> str:
    text = ", ".join(left_out)
    return text if len(text) <= _MARK_BYTES else f"{text[: _MARK_BYTES - 40]}... ({len(left_out)} fields)"


def _size_of(change: Change, body: dict[str, Any]) -> int:
    return len(pack([msgspec.structs.replace(change, object=msgspec.Raw(b"{}"))])) + len(orjson.dumps(body))


def _annotations(body: dict[str, Any]) -> Iterator[_Field]:
    found = body.get("metadata")
    annotations = found.get("annotations") if isinstance(found, dict) else None
    if isinstance(annotations, dict):
        for name, value in annotations.items():
            yield from _large((*_ANNOTATIONS, name), value)


def _texts(body: dict[str, Any]) -> Iterator[_Field]:
    for path, value in _inside(body):
        if isinstance(value, str):
            yield from _large(path, value)


def _lists(body: dict[str, Any]) -> Iterator[_Field]:
    for path, value in _inside(body):
        if isinstance(value, list):
            yield from _large(path, value)


def _others(body: dict[str, Any]) -> Iterator[_Field]:
    """Everything that is left, by its second level: a map of very many small entries."""
    for name, value in body.items():
        if name not in _KEPT:
            inner = value.items() if isinstance(value, dict) else ()
            for second, each in inner:
                yield from _large((name, second), each)


def _inside(body: dict[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Yield every value behind metadata with its path, outer before inner."""
    waiting: list[tuple[Path, Any]] = [((name,), value) for name, value in body.items() if name not in _KEPT]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, dict):
            waiting += [((*path, name), each) for name, each in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, number), each) for number, each in enumerate(value)]


def _large(path: Path, value: object) -> Iterator[_Field]:
    size = len(orjson.dumps(value))
    if size >= _SMALL_BYTES:
        yield _Field(size, path)


def _leave_out(body: dict[str, Any], path: Path) -> bool:
    """Remove a field, an entry of a list by an empty text; say whether it was still there."""
    *outer, last = path
    at: Any = body
    for name in outer:
        at = _child(at, name)
    if isinstance(at, list) and isinstance(last, int):
        at[last] = "" if isinstance(at[last], str) else None
        return True
    return isinstance(at, dict) and at.pop(last, None) is not None


def _child(at: Any, name: str | int) -> Any:
    if isinstance(at, list) and isinstance(name, int):
        return at[name]
    return at.get(name) if isinstance(at, dict) else None
