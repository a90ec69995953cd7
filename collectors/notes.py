"""What the collector writes down to go on after a restart: objects, shelves of them, places in watches."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

Key = tuple[str, str]  # (group, resource)
PlaceKey = tuple[str, str, str]  # (group, resource, namespace); the namespace is "" for all


class Known(msgspec.Struct, frozen=True, gc=False):
    """One object as it was seen last."""

    version: int
    digest: int  # 0 of an Event: each of its updates counts one more
    namespace: str = ""
    name: str = ""


class ShelfNote(msgspec.Struct, frozen=True, gc=False):
    """How far one resource has come."""

    epoch: int = 0
    newest: int = 0  # resource version
    newest_at: datetime | None = None


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where one watch stands: the resource version to go on from, and up to when all was seen."""

    position: str
    complete_at: datetime


class Notes(msgspec.Struct):
    """What changed since the last notes. An object that is None is gone."""

    objects: dict[tuple[Key, str], Known | None] = {}  # by resource and uid
    shelves: dict[Key, ShelfNote] = {}
    places: dict[PlaceKey, Place] = {}

    def __bool__(self) -> bool:
        return bool(self.objects or self.shelves or self.places)

    def add(self, newer: "Notes") -> None:
        """Take over what newer notes say."""
        self.objects.update(newer.objects)
        self.shelves.update(newer.shelves)
        self.places.update(newer.places)


class Remembered(msgspec.Struct, kw_only=True):
    """What was written down before this start; objects are read only once."""

    places: dict[PlaceKey, Place] = {}
    shelves: dict[Key, ShelfNote] = {}
    objects: Iterable[tuple[Key, str, Known]] = ()
    killed_after: datetime | None = None  # when a collector started that then was killed; None: it ended well
