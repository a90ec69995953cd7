"""managedFields in brief: who owns which fields, without the fields' whole trees."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from collectors.moments import parse_time
from schemas.contracts import Manager

_NOTHING = msgspec.Raw(b"{}")
_NEVER = datetime.min.replace(tzinfo=UTC)


class _Entry(msgspec.Struct, gc=False):
    """One entry of metadata.managedFields as the API writes it; only what is kept."""

    manager: str | None = ""
    operation: str | None = ""
    subresource: str | None = ""
    time: str | None = None
    fieldsV1: msgspec.Raw = _NOTHING


_read_entry: Callable[[bytes], _Entry] = msgspec.json.Decoder(_Entry).decode
_read_tree: Callable[[bytes], dict[str, dict[str, msgspec.Raw]] | None] = msgspec.json.Decoder(
    dict[str, dict[str, msgspec.Raw]] | None
).decode


@lru_cache(maxsize=4096)  # versions of one object repeat all entries but one
def read_manager(entry: bytes) -> Manager:
    """Return an entry of managedFields with the dotted paths it owns, at most two levels deep.

    Raises msgspec.DecodeError where it is none.
    """
    read = _read_entry(entry)
    return Manager(
        manager=read.manager or "",
        operation=read.operation or "",
        subresource=read.subresource or "",
        time=parse_time(read.time),
        fields=_paths(bytes(read.fieldsV1)),
    )


def newest_writer(managers: Iterable[Manager]) -> str:
    """Return the manager of the newest write that is not to status; "" where none is known."""
    found, newest = "", _NEVER
    for manager in managers:
        time = manager.time or _NEVER
        if time >= newest and manager.subresource != "status":
            found, newest = manager.manager, time
    return found


@lru_cache(maxsize=2048)  # many objects of a controller share their tree of fields, byte for byte
def _paths(fields: bytes) -> tuple[str, ...]:
    try:
        tree = _read_tree(fields) or {}
    except msgspec.DecodeError:
        return ()
    found: list[str] = []
    for top, below in tree.items():
        if top[:2] == "f:":
            found += _dotted(top, tuple(below))
    return tuple(found)


@lru_cache(maxsize=2048)  # trees differ far below, by an address or a uid; these two levels hardly ever
def _dotted(top: str, below: tuple[str, ...]) -> list[str]:
    names = [f"{top[2:]}.{name[2:]}" for name in below if name[:2] == "f:"]
    return names or [top[2:]]
