"""Who owns a store: one process holds its lock and says where it answers queries; all others ask there."""

import fcntl
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import clickhouse_connect
import msgspec
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from wakeline.store.errors import StoreError, explained

LOCK = "owner.lock"  # locked while there is an owner; holds an Owner as JSON
SECRET = "owner.secret"  # whoever can read the file may write through the endpoint
DATA = "clickhouse"  # the folder that chDB keeps its files in


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """The process that holds a store. `port` is None while it does not answer queries over HTTP."""

    pid: int
    port: int | None = None


class Lock:
    """The sole right to open a store, until `close` or the end of the process."""

    def __init__(self, path: Path) -> None:
        """Take the right. Raises StoreError where another process has it or the folder cannot be written."""
        self.path = path
        self.secret = secrets.token_urlsafe(32)
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._file = (path / LOCK).open("a+", encoding="utf-8")
        except OSError as error:
            raise explained(path, error) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            with self._file as file:
                in_use = isinstance(error, BlockingIOError)
                raise (
                    StoreError(_in_use(path, _read(file))) if in_use else explained(path, error)
                ) from error
        self.announce(None)

    def announce(self, port: int | None) -> None:
        """Say at which loopback port this process answers ClickHouse's HTTP protocol."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(msgspec.json.encode(Owner(pid=os.getpid(), port=port)).decode())
        self._file.flush()

    def write_secret(self) -> Path:
        """Leave the secret beside the store, for this user's eyes only, and return where."""
        path = self.path / SECRET
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.secret)
        return path

    def close(self) -> None:
        """Give the right back."""
        (self.path / SECRET).unlink(missing_ok=True)
        self._file.truncate(0)
        self._file.close()


def owner_of(path: Path) -> Owner | None:
    """Return who holds the store, None where nobody does."""
    try:
        with (path / LOCK).open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return _read(file) or Owner(pid=0)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None


@contextmanager
def open_reader(path: Path, wait_seconds: float = 5.0) -> Iterator[Client]:
    """Give a client that can only read the store: through its owner, else by opening it for a moment.

    A process that holds the store without answering queries is waited for, up to `wait_seconds`.
    Raises StoreError where there is no store or it stays in use.
    """
    if not (path / DATA).is_dir():
        raise StoreError(
            f"there is no store at {path}: wakeline watch and wakeline replay make one; or give --store"
        )
    deadline = time.monotonic() + wait_seconds
    while True:
        owner = owner_of(path)
        if owner is not None and owner.port is not None:
            with _over_http(path, owner) as client:
                yield client
            return
        try:
            lock = Lock(path)
        except StoreError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
            continue
        with _directly(path, lock) as client:
            yield client
        return


@contextmanager
def _over_http(path: Path, owner: Owner) -> Iterator[Client]:
    try:
        client = clickhouse_connect.get_client(host="127.0.0.1", port=owner.port or 0, tz_mode="aware")
    except DatabaseError as error:
        raise StoreError(
            f"the store {path} is in use by process {owner.pid}, which does not answer at port {owner.port}: "
            "end that process or wait for it"
        ) from error
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _directly(path: Path, lock: Lock) -> Iterator[Client]:
    try:
        client = open_client(path)
        try:
            client.command("SET readonly = 1")
            yield client
        finally:
            client.close()
    finally:
        lock.close()


def open_client(path: Path) -> Client:
    """Open chDB at the store `path`. Only who holds its Lock may; raises StoreError."""
    try:
        return clickhouse_connect.get_client(interface="chdb", path=str(path / DATA), tz_mode="aware")
    except DatabaseError as error:
        raise explained(path, error) from error


def _read(file: IO[str]) -> Owner | None:
    file.seek(0)
    try:
        return msgspec.json.decode(file.read(), type=Owner)
    except msgspec.DecodeError:  # the owner is just writing it
        return None


def _in_use(path: Path, owner: Owner | None) -> str:
    who = f"process {owner.pid}" if owner else "another process"
    return f"the store {path} is in use by {who}: end it, or give another --store"
