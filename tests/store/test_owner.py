"""One process owns a store; the others ask it, wait for it, or are told clearly."""

import subprocess
import sys
from pathlib import Path

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from schemas import topics
from schemas.codec import pack
from tests.support import rows
from wakeline.store.embedded import EmbeddedStore
from wakeline.store.errors import StoreError, explained
from wakeline.store.owner import Owner, open_reader, owner_of

# Another process holds the store until it is told to end.
HOLDER = """
import sys
from pathlib import Path
from wakeline.store.owner import Lock
lock = Lock(Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.readline()
lock.close()
"""


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    with EmbeddedStore(tmp_path / "store") as store:
        store.insert(topics.SESSIONS, pack([rows.session(1)]), "t")
    return tmp_path / "store"


def hold(path: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_store_nobody_holds_is_opened_for_reading_only(filled: Path) -> None:
    assert owner_of(filled) is None
    with open_reader(filled) as client:
        assert client.query("SELECT name FROM sessions").result_rows == [("train",)]
        with pytest.raises(DatabaseError, match="readonly"):
            client.command("DROP TABLE session_versions")
    with EmbeddedStore(filled) as store:  # the reader gave it back
        assert store.client.command("SELECT count() FROM sessions") == 1


def test_a_held_store_is_read_through_its_owner(store: EmbeddedStore, port: int) -> None:
    store.insert(topics.SESSIONS, pack([rows.session(1)]), "t")
    owner = owner_of(store.path)
    assert owner is not None
    assert owner.port == port
    with open_reader(store.path) as client:
        found = client.query("SELECT name, created FROM sessions").result_rows
        assert found == [("train", rows.at(0))]
        with pytest.raises(DatabaseError, match="readonly"):
            client.command("DROP TABLE session_versions")


def test_another_process_reads_through_the_owner(store: EmbeddedStore, port: int) -> None:
    store.insert(topics.SESSIONS, pack([rows.session(1)]), "t")
    code = (
        "import sys; from pathlib import Path; from wakeline.store.owner import open_reader\n"
        "with open_reader(Path(sys.argv[1])) as client: print(client.command('SELECT name FROM sessions'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(store.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "train\n"
    assert port


def test_a_silent_owner_is_waited_for_then_named(filled: Path) -> None:
    holder = hold(filled)
    try:
        assert owner_of(filled) == Owner(pid=holder.pid)
        with (
            pytest.raises(StoreError, match=f"in use by process {holder.pid}: end it, or"),
            open_reader(filled, wait_seconds=0.2),
        ):
            pass
        with pytest.raises(StoreError, match=f"in use by process {holder.pid}"):
            EmbeddedStore(filled)
    finally:
        holder.communicate("end\n")
    with open_reader(filled) as client:
        assert client.command("SELECT count() FROM sessions") == 1


def test_an_owner_that_was_killed_holds_nothing(filled: Path) -> None:
    holder = hold(filled)
    holder.kill()
    holder.communicate()
    assert owner_of(filled) is None
    with open_reader(filled) as client:
        assert client.command("SELECT count() FROM sessions") == 1


def test_the_secret_is_for_this_user_only_and_goes_with_the_owner(tmp_path: Path) -> None:
    with EmbeddedStore(tmp_path / "store") as store:
        path = store.path / "owner.secret"
        assert path.stat().st_mode & 0o777 == 0o600
        first = path.read_text()
    assert not path.exists()
    with EmbeddedStore(tmp_path / "store"):
        assert path.read_text() != first


def test_no_store_is_said_so(tmp_path: Path) -> None:
    with (
        pytest.raises(StoreError, match=f"^there is no store at {tmp_path}/none: "),
        open_reader(tmp_path / "none"),
    ):
        pass


def test_a_path_that_cannot_be_a_folder_is_said_so(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(
        StoreError, match=f"^the store {file}/store cannot be opened: Not a directory; choose"
    ):
        EmbeddedStore(file / "store")


def test_words_for_a_full_disk_and_missing_rights() -> None:
    path = Path("/data/store")
    full = OSError(28, "No space left on device")
    assert str(explained(path, full)).startswith("no space left for the store /data/store: free some space")
    engine = DatabaseError("Code: 243. DB::Exception: Cannot reserve 1 MiB. (NOT_ENOUGH_SPACE)", code=243)
    assert str(explained(path, engine)).startswith("no space left for the store /data/store")
    denied = PermissionError(13, "Permission denied")
    assert "cannot be written: give this user the right" in str(explained(path, denied))
