"""managedFields in brief: who owns which fields, without the fields' whole trees."""

from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
import orjson

from collectors.moments import parse_time
from schemas.contracts import Manager

_NOTHING = msgspec.Raw(b"{}")


class OwnerEntry(msgspec.Struct, gc=False):
    """One entry of metadata.managedFields as the API writes it; only what is kept."""

    manager: str | None = ""
    operation: str | None = ""
    subresource: str | None = ""
    time: str | None = None
    fieldsV1: msgspec.Raw = _NOTHING  # noqa: N815 - the API's own name


def compact(entries: list[OwnerEntry]) -> tuple[Manager, ...]:
    """Return each entry with the dotted paths it owns, at most two levels deep."""
    return tuple(
        Manager(
            manager=entry.manager or "",
            operation=entry.operation or "",
            subresource=entry.subresource or "",
            time=parse_time(entry.time),
            fields=_paths(bytes(entry.fieldsV1)),
        )
        for entry in entries
    )


def newest_writer(entries: list[OwnerEntry]) -> str:
    """Return the manager of the newest write that is not to status; "" where none is known."""
    newest: tuple[str, str] = ("", "")
    for entry in entries:
        if entry.subresource != "status" and (entry.time or "") >= newest[0]:
            newest = (entry.time or "", entry.manager or "")
    return newest[1]


@lru_cache(maxsize=2048)  # most objects of a controller share their tree of fields, byte for byte
def _paths(fields: bytes) -> tuple[str, ...]:
    try:
        tree = orjson.loads(fields)
    except orjson.JSONDecodeError:
        return ()
    return tuple(_walk(tree)) if isinstance(tree, dict) else ()


def _walk(tree: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for top, below in tree.items():
        if not top.startswith("f:"):
            continue
        children = [name[2:] for name in below if name.startswith("f:")] if isinstance(below, dict) else []
        found.extend(f"{top[2:]}.{name}" for name in children)
        if not children:
            found.append(top[2:])
    return found


def newest_time(entries: list[OwnerEntry]) -> datetime | None:
    """Return the newest time of any write."""
    return parse_time(max((entry.time or "" for entry in entries), default=""))
