"""Which version of which object was seen last: bounded memory, no objects."""

from collections.abc import Callable
from datetime import datetime
from sys import intern

import msgspec
import orjson

from collectors.noise import digest, is_event, is_noise
from collectors.notes import Key, Known, Notes, Remembered, ShelfNote
from collectors.resource import Resource
from schemas.contracts import Change


class _Shelf:
    """What is known of one resource."""

    __slots__ = ("changed", "epoch", "known", "newest", "newest_at", "noted")

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.epoch = 0
        self.newest = 0  # resource version
        self.newest_at: datetime | None = None
        self.changed: set[str] | None = None  # uids, since notes were taken; None: nobody takes notes
        self.noted = ShelfNote()

    def put(self, uid: str, known: Known) -> None:
        self.known[uid] = known
        if self.changed is not None:
            self.changed.add(uid)

    def pop(self, uid: str) -> Known | None:
        if self.changed is not None:
            self.changed.add(uid)
        return self.known.pop(uid, None)


class Listing(msgspec.Struct, kw_only=True):
    """One complete list that has been read."""

    resource: Resource
    version: int  # the list's own resource version; 0 where none is told
    at: datetime  # when its end was read
    uids: set[str]
    covers: Callable[[str], bool] | None = None  # whether it speaks for a namespace; None: for all


class Index:
    """One cluster's objects by uid: (epoch, resource version, digest) and what a vanished one is called."""

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster
        self._shelves: dict[Key, _Shelf] = {}
        self._noting = False

    def __len__(self) -> int:
        return sum(len(shelf.known) for shelf in self._shelves.values())

    def admit(self, change: Change) -> Change | None:
        """Return the change with its epoch; None where it is a repeat or nothing of note changed."""
        shelf = self._shelf((change.group, change.resource))
        if change.verb == "listed":
            _check_epoch(shelf, change)
        _move(shelf, change.resource_version, change.observed_at)
        if change.verb == "deleted":
            shelf.pop(change.uid)
            return None if is_noise(change) else _in_epoch(change, shelf.epoch)
        return _update(shelf, change)

    def vanish(self, listing: Listing) -> list[Change]:
        """Drop what a complete list no longer holds; return a vanished Change for each.

        Events are let go without a word: they expire by themselves.
        """
        shelf = self._shelf(listing.resource.key)
        if _is_newer(shelf, listing.at) and 0 < listing.version < shelf.newest:
            _begin_epoch(shelf)
        _move(shelf, listing.version, listing.at)
        gone = [
            uid for uid, known in shelf.known.items() if uid not in listing.uids and _covered(listing, known)
        ]
        frame = _frame(listing, self._cluster, shelf)
        vanished = [_named(frame, uid, known) for uid in gone if (known := shelf.pop(uid))]
        return [] if listing.resource.is_event else vanished

    def epoch(self, resource: Resource) -> int:
        """How often the resource versions went backwards."""
        return self._shelf(resource.key).epoch

    def restore(self, remembered: Remembered) -> None:
        """Know what was known before; from now on notes can be taken."""
        self._noting = True
        for key, note in remembered.shelves.items():
            shelf = self._shelf(key)
            shelf.epoch, shelf.newest, shelf.newest_at = note.epoch, note.newest, note.newest_at
            shelf.noted = note
        for key, uid, known in remembered.objects:
            self._shelf(key).known[uid] = known

    def take_notes(self, notes: Notes) -> None:
        """Write into the notes what changed since this was asked last."""
        for key, shelf in self._shelves.items():
            note = ShelfNote(shelf.epoch, shelf.newest, shelf.newest_at)
            if note != shelf.noted:
                notes.shelves[key] = shelf.noted = note
            if shelf.changed:
                notes.objects.update({(key, uid): shelf.known.get(uid) for uid in shelf.changed})
                shelf.changed.clear()

    def _shelf(self, key: Key) -> _Shelf:
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = _Shelf()
            shelf.changed = set() if self._noting else None
        return shelf


def _update(shelf: _Shelf, change: Change) -> Change | None:
    known = shelf.known.get(change.uid)
    if known and 0 < change.resource_version <= known.version:
        return None
    if is_event(change):  # it is not told when it is gone, so its name need not be known
        shelf.put(change.uid, Known(change.resource_version, 0))
        return _in_epoch(change, shelf.epoch)
    seen = digest(change)
    shelf.put(change.uid, Known(change.resource_version, seen, intern(change.namespace), change.name))
    if known and known.digest == seen:
        return None
    return _in_epoch(change, shelf.epoch)


def _covered(listing: Listing, known: Known) -> bool:
    if listing.covers is None:
        return True
    if listing.resource.resource == "namespaces":
        return listing.covers(known.name)
    return not known.namespace or listing.covers(known.namespace)


def _check_epoch(shelf: _Shelf, change: Change) -> None:
    known = shelf.known.get(change.uid)
    if known and 0 < change.resource_version < known.version and _is_newer(shelf, change.observed_at):
        _begin_epoch(shelf)


def _is_newer(shelf: _Shelf, at: datetime) -> bool:
    """Whether this was seen after all else: an older recording read again puts nothing back."""
    return shelf.newest_at is None or at >= shelf.newest_at


def _begin_epoch(shelf: _Shelf) -> None:
    """The cluster's store was put back to an earlier state: from here on lower versions are newer."""
    shelf.epoch += 1
    shelf.newest = 0
    shelf.known = {uid: msgspec.structs.replace(known, version=-1) for uid, known in shelf.known.items()}
    if shelf.changed is not None:
        shelf.changed.update(shelf.known)


def _move(shelf: _Shelf, version: int, at: datetime) -> None:
    shelf.newest = max(shelf.newest, version)
    if shelf.newest_at is None or at > shelf.newest_at:
        shelf.newest_at = at


def _in_epoch(change: Change, epoch: int) -> Change:
    return msgspec.structs.replace(change, epoch=epoch) if epoch else change


def _frame(listing: Listing, cluster: str, shelf: _Shelf) -> Change:
    resource = listing.resource
    return Change(
        cluster=cluster,
        verb="vanished",
        observed_at=listing.at,
        group=resource.group,
        version=resource.version,
        resource=resource.resource,
        kind=resource.kind,
        name="",
        uid="",
        resource_version=shelf.newest,
        epoch=shelf.epoch,
    )


def _named(frame: Change, uid: str, known: Known) -> Change:
    metadata = {"name": known.name, "namespace": known.namespace, "uid": uid}
    group_version = f"{frame.group}/{frame.version}" if frame.group else frame.version
    body = {
        "apiVersion": group_version,
        "kind": frame.kind,
        "metadata": {name: text for name, text in metadata.items() if text},
    }
    return msgspec.structs.replace(
        frame,
        namespace=known.namespace,
        name=known.name,
        uid=uid,
        resource_version=max(frame.resource_version, known.version),
        object=msgspec.Raw(orjson.dumps(body)),
    )
