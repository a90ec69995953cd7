"""managedFields in brief: who owns which fields, without the fields' whole trees."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec

from collectors.moments import parse_time
from schemas.contracts import Manager

_NOTHING = msgspec.Raw(b"{}")


class OwnerEntry(msgspec.Struct, gc=False):
    """One entry of metadata.managedFields as the API writes it; only what is kept."""

    manager: str | None = ""
    operation: str | None = ""
    subresource: str | None = ""
    time: str | None = None
    fieldsV1: msgspec.Raw = _NOTHING


read_entries: Callable[[msgspec.Raw], list[OwnerEntry] | None] = msgspec.json.Decoder(
    list[OwnerEntry] | None
).decode

_read_tree: Callable[[bytes], dict[str, dict[str, msgspec.Raw]] | None] = msgspec.json.Decoder(
    dict[str, dict[str, msgspec.Raw]] | None
).decode


def write_times(managed_fields: msgspec.Raw) -> list[str | None]:
    """Return the time of each entry of managedFields."""
    return [entry.time for entry in read_entries(managed_fields) or ()]


def compact(entries: Sequence[OwnerEntry]) -> tuple[Manager, ...]:
    """Return each entry with the dotted paths it owns, at most two levels deep."""
    return tuple(
        [
            _manager(entry.manager, entry.operation, entry.subresource, entry.time, bytes(entry.fieldsV1))
            for entry in entries
        ]
    )


@lru_cache(maxsize=4096)  # versions of one object repeat all entries but one
def _manager(
    manager: str | None, operation: str | None, subresource: str | None, time: str | None, fields: bytes
) -> Manager:
    return Manager(
        manager=manager or "",
        operation=operation or "",
        subresource=subresource or "",
        time=parse_time(time),
        fields=_paths(fields),
    )


def newest_writer(entries: Sequence[OwnerEntry]) -> str:
    """Return the manager of the newest write that is not to status; "" where none is known."""
    newest: tuple[str, str] = ("", "")
    for entry in entries:
        if entry.subresource != "status" and (entry.time or "") >= newest[0]:
            newest = (entry.time or "", entry.manager or "")
    return newest[1]


@lru_cache(maxsize=2048)  # many objects of a controller share their tree of fields, byte for byte
def _paths(fields: bytes) -> tuple[str, ...]:
    try:
        tree = _read_tree(fields) or {}
    except msgspec.DecodeError:
        return ()
    found: list[str] = []
    for top, below in tree.items():
        if top[:2] == "f:":
            names = [f"{top[2:]}.{name[2:]}" for name in below if name[:2] == "f:"]
            found += names or [top[2:]]
    return tuple(found)
