"""The collector's state on disk: how far each watch came, and which version of which object was told last.

It is only ever behind what Kafka has, never ahead: what was not written down is asked for once more.
"""

import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path
from types import TracebackType

from collectors.notes import Key, Known, Notes, Place, PlaceKey, Remembered, ShelfNote

_LOG = logging.getLogger(__name__)
_FILE = "state.db"
_BESIDE = ("", "-wal", "-shm")  # what SQLite writes under a database's name
_APPLICATION = 0x57414B45
_SCHEMA = 1  # raised with each change of the tables; an older file is set aside, as any other foreign one
_TABLES = f"""
BEGIN;
CREATE TABLE about (cluster TEXT NOT NULL, started TEXT);
CREATE TABLE places (
    "group" TEXT NOT NULL, resource TEXT NOT NULL, namespace TEXT NOT NULL,
    position TEXT NOT NULL, complete_at TEXT NOT NULL,
    PRIMARY KEY ("group", resource, namespace)
) WITHOUT ROWID;
CREATE TABLE shelves (
    id INTEGER PRIMARY KEY, "group" TEXT NOT NULL, resource TEXT NOT NULL,
    epoch INTEGER NOT NULL, newest INTEGER NOT NULL, newest_at TEXT,
    UNIQUE ("group", resource)
);
CREATE TABLE objects (
    shelf INTEGER NOT NULL, uid TEXT NOT NULL,
    version INTEGER NOT NULL, digest INTEGER NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (shelf, uid)
) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_SCHEMA};
COMMIT;
"""
_PUT_PLACE = "INSERT OR REPLACE INTO places VALUES (?, ?, ?, ?, ?)"
_ADD_SHELF = 'INSERT OR IGNORE INTO shelves ("group", resource, epoch, newest) VALUES (?, ?, 0, 0)'
_PUT_SHELF = 'UPDATE shelves SET epoch = ?, newest = ?, newest_at = ? WHERE "group" = ? AND resource = ?'
_PUT_OBJECT = "INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)"
_DROP_OBJECT = "DELETE FROM objects WHERE shelf = ? AND uid = ?"


class StateError(RuntimeError):
    """The state folder cannot be used; the message says why."""


class InUseError(StateError):
    """Another collector has the folder."""


class _ForeignError(Exception):
    """The file holds something else than this collector's state."""


class State:
    """An open state; one process at a time has a folder. Made by `open_state`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._shelves: dict[Key, int] = {}

    def begin(self, now: datetime) -> datetime | None:
        """Note that a collector starts; return when one did that has not ended well since."""
        (started,) = self._connection.execute("SELECT started FROM about").fetchone()
        if started is None:
            self._connection.execute("UPDATE about SET started = ?", (now.isoformat(),))
        return datetime.fromisoformat(started) if started else None

    def end(self) -> None:
        """Note that the collector ended well: all that it told is written down."""
        self._connection.execute("UPDATE about SET started = NULL")

    def remembered(self) -> Remembered:
        """Return what was written down."""
        ask = self._connection.execute
        places = {
            (group, resource, namespace): Place(position, datetime.fromisoformat(at))
            for group, resource, namespace, position, at in ask("SELECT * FROM places")
        }
        shelves: dict[Key, ShelfNote] = {}
        for number, group, resource, epoch, newest, at in ask("SELECT * FROM shelves"):
            self._shelves[group, resource] = number
            shelves[group, resource] = ShelfNote(epoch, newest, datetime.fromisoformat(at) if at else None)
        return Remembered(places=places, shelves=shelves, objects=self._objects())

    def write(self, notes: Notes) -> None:
        """Write notes down in one transaction; raises sqlite3.Error, and then has written nothing."""
        with self._connection:
            execute, many = self._connection.execute, self._connection.executemany
            execute("BEGIN")
            for key in {*notes.shelves, *(key for key, _ in notes.objects)} - self._shelves.keys():
                self._add_shelf(key)
            many(_PUT_SHELF, [_shelf_row(key, note) for key, note in notes.shelves.items()])
            number = self._shelves
            put = [(number[key], uid, known) for (key, uid), known in notes.objects.items() if known]
            many(
                _PUT_OBJECT,
                [(of, uid, each.version, each.digest, each.namespace, each.name) for of, uid, each in put],
            )
            gone = [(number[key], uid) for (key, uid), known in notes.objects.items() if known is None]
            many(_DROP_OBJECT, gone)
            many(_PUT_PLACE, [_place_row(key, place) for key, place in notes.places.items()])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _objects(self) -> Iterator[tuple[Key, str, Known]]:
        keys = {number: key for key, number in self._shelves.items()}
        for shelf, uid, *rest in self._connection.execute("SELECT * FROM objects"):
            yield keys[shelf], uid, Known(*rest)

    def _add_shelf(self, key: Key) -> None:
        self._connection.execute(_ADD_SHELF, key)
        found = self._connection.execute(
            'SELECT id FROM shelves WHERE "group" = ? AND resource = ?', key
        ).fetchone()
        self._shelves[key] = int(found[0])


class Folder:
    """The state folder, held for this process; a context manager. Raises StateError where it cannot be."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = -1

    def __enter__(self) -> "Folder":
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StateError(f"the state folder {self.path} cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.__exit__(None, None, None)
            raise InUseError(
                f"the state folder {self.path} is in use by another collector; expected one for each"
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._lock)


def open_state(folder: Path, cluster: str) -> State:
    """Open the state of a folder that is held; what is damaged or another's is set aside with a sentence.

    Raises StateError where no state can be written there.
    """
    try:
        try:
            return _open(folder / _FILE, cluster)
        except (_ForeignError, sqlite3.DatabaseError) as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            kept = set_aside(folder, _FILE)
            _LOG.warning(
                "%s is not this collector's state (%s); it is kept as %s, and everything is listed anew",
                folder / _FILE, error, kept,
            )  # fmt: skip
            return _open(folder / _FILE, cluster)
    except (sqlite3.Error, OSError) as error:
        raise StateError(f"no state can be written in {folder}: {error}") from error


def set_aside(folder: Path, name: str) -> str:
    """Rename what lies in the folder under a name; return its new one."""
    new = next(f"{name}.aside-{n}" for n in count(1) if not (folder / f"{name}.aside-{n}").exists())
    for end in _BESIDE:
        if (folder / (name + end)).exists():
            (folder / (name + end)).rename(folder / (new + end))
    return new


def _open(path: Path, cluster: str) -> State:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 8000")  # fewer pages are written twice
        connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may take the newest; never the rest
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            connection.executescript(_TABLES)
            connection.execute("INSERT INTO about VALUES (?, NULL)", (cluster,))
        _check(connection, cluster)
        path.chmod(0o600)
    except BaseException:
        connection.close()
        raise
    return State(connection)


def _check(connection: sqlite3.Connection, cluster: str) -> None:
    said = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    if said[0] != _APPLICATION:
        raise _ForeignError("it was made by another program")
    if said[1] != _SCHEMA:
        raise _ForeignError(f"its schema is {said[1]}, expected {_SCHEMA}")
    (damage,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if damage != "ok":
        raise _ForeignError(f"it is damaged: {damage}")
    owner = connection.execute("SELECT cluster FROM about").fetchone()
    if owner is None or owner[0] != cluster:
        raise _ForeignError(f"it is of the cluster {owner[0] if owner else ''!r}, expected {cluster!r}")


def _shelf_row(key: Key, note: ShelfNote) -> tuple[object, ...]:
    return note.epoch, note.newest, note.newest_at.isoformat() if note.newest_at else None, *key


def _place_row(key: PlaceKey, place: Place) -> tuple[str, ...]:
    return *key, place.position, place.complete_at.isoformat()
