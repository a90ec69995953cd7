"""The demo: bundled recordings into a store of its own, once; then what the store says, and the page."""

import asyncio
import hashlib
import shutil
from pathlib import Path

import msgspec
from clickhouse_connect.driver.client import Client
from rich.text import Text

import wakeline
from collectors.recording import read_recording
from stream_jobs.core.failures import all_failures
from wakeline.cells import batches, sentence
from wakeline.cli.frame import complain
from wakeline.cli.printing import print_report
from wakeline.cli.progress import reading
from wakeline.embedded import Embedded
from wakeline.errors import UserError
from wakeline.outcome import Outcome
from wakeline.serving import serve_until_stopped
from wakeline.store.embedded import EmbeddedStore
from wakeline.store.owner import DATA, Lock, open_reader, owner_of
from wakeline.stored import read_anomalies, read_sessions
from wakeline.terminal.screen import out, show

RECORDINGS = Path(wakeline.__file__).parent / "recordings"
MARK = "demo.json"  # in the store's folder: whose it is


class Mark(msgspec.Struct, frozen=True):
    """Of which recordings and rules a demo's store was made, and whether all is in it."""

    made_of: str
    complete: bool


def show_demo(folder: Path, port: int | None, *, serve: bool) -> None:
    """Fill the store where it is not filled yet, print what it says; with `serve` go on until Ctrl-C."""
    owner = owner_of(folder)
    if owner is not None and owner.port is not None:
        with open_reader(folder) as client:
            _print(client)
        show(out(), Text(f"Process {owner.pid} serves it already: http://127.0.0.1:{owner.port}"))
        return
    with _filled(folder) as store:
        _print(store.client)
        if serve:
            asyncio.run(serve_until_stopped(store, port))


def _filled(folder: Path) -> EmbeddedStore:
    """Open the demo's store, filling it where it is new or was made by another version."""
    made_of = _made_of()
    mark = _read_mark(folder)
    if mark == Mark(made_of, complete=True):
        return EmbeddedStore(folder)
    if mark is None and (folder / DATA).exists():
        raise UserError(f"the store {folder} holds something else than the demo; choose another --store")
    _empty(folder)
    store = EmbeddedStore(folder)
    try:
        _write_mark(folder, Mark(made_of, complete=False))
        _replay(store)
        _write_mark(folder, Mark(made_of, complete=True))
    except BaseException:
        store.close()
        raise
    return store


def _empty(folder: Path) -> None:
    lock = Lock(folder)  # another demo may be filling it just now
    try:
        shutil.rmtree(folder / DATA, ignore_errors=True)
    finally:
        lock.close()


def _replay(store: EmbeddedStore) -> None:
    files = recordings()
    embedded = Embedded(store)
    with reading(files, "Replaying a cluster") as on_bytes:
        for batch in batches(read_recording(files, on_bytes=on_bytes)):
            for letter in embedded.take(batch).letters:
                complain(sentence(letter))


def recordings() -> list[Path]:
    """Return the recordings that come with the program."""
    return sorted(RECORDINGS.glob("*/stream*.jsonl.gz"))


def _print(client: Client) -> None:
    outcome = Outcome(
        {each.id: each for each in read_sessions(client)}, {each.id: each for each in read_anomalies(client)}
    )
    print_report(outcome)


def _made_of() -> str:
    found = hashlib.sha256()
    for path in recordings():
        found.update(path.read_bytes())
    found.update(repr([(each.id, each.rule) for each in all_failures()]).encode())
    return found.hexdigest()


def _read_mark(folder: Path) -> Mark | None:
    try:
        return msgspec.json.decode((folder / MARK).read_bytes(), type=Mark)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise UserError(f"{folder / MARK} cannot be read: {error}; choose another --store") from error


def _write_mark(folder: Path, mark: Mark) -> None:
    (folder / MARK).write_bytes(msgspec.json.encode(mark))
