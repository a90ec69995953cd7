"""The state on disk: what was noted is known again; what is damaged or another's does no harm."""

import os
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from collectors.notes import Known, Notes, Place, ShelfNote
from collectors.state import Folder, State, StateError, open_state
from tests.collectors.objects import NOW

PODS = ("", "pods")
JOBS = ("batch", "jobs")


def noted(state: State) -> Notes:
    found = state.remembered()
    objects = {(key, uid): known for key, uid, known in found.objects}
    return Notes(objects=dict(objects), shelves=found.shelves, places=found.places)


def some() -> Notes:
    return Notes(
        objects={(PODS, "a"): Known(1, 42, "ns", "pod-a"), (PODS, "b"): Known(2, -7, "ns", "pod-b")},
        shelves={PODS: ShelfNote(0, 2, NOW)},
        places={("", "pods", ""): Place("2", NOW)},
    )


def test_what_was_noted_is_known_after_a_restart_and_what_is_gone_is_not(tmp_path: Path) -> None:
    state = open_state(tmp_path, "lab")
    state.write(some())
    later = NOW + timedelta(microseconds=1)
    state.write(
        Notes(
            objects={(PODS, "a"): None, (PODS, "b"): Known(5, 1, "ns", "pod-b"), (JOBS, "a"): Known(6, 0)},
            shelves={PODS: ShelfNote(1, 5, later)},
            places={("", "pods", "ns"): Place("5", later)},
        )
    )
    state.close()
    found = noted(open_state(tmp_path, "lab"))
    assert found.objects == {(PODS, "b"): Known(5, 1, "ns", "pod-b"), (JOBS, "a"): Known(6, 0)}
    assert found.shelves == {PODS: ShelfNote(1, 5, later), JOBS: ShelfNote()}
    assert found.places == {("", "pods", ""): Place("2", NOW), ("", "pods", "ns"): Place("5", later)}


def text(path: Path) -> None:
    path.write_text("this is no database, but a text that is long enough to be looked at" * 100)


def torn(path: Path) -> None:
    state = open_state(path.parent, "lab")
    state.write(Notes(objects={(PODS, str(n)): Known(n, n, "ns", "x" * 200) for n in range(500)}))
    state.close()
    path.write_bytes(path.read_bytes()[:8192] + os.urandom(8192))


def other_program(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()


def newer(path: Path) -> None:
    open_state(path.parent, "lab").close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def other_cluster(path: Path) -> None:
    state = open_state(path.parent, "another")
    state.write(some())
    state.close()


@pytest.mark.parametrize("spoil", [text, torn, other_program, newer, other_cluster])
def test_what_is_damaged_or_anothers_is_set_aside_with_one_sentence(
    tmp_path: Path, spoil: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(spoil)
    spoil(tmp_path / "state.db")
    state = open_state(tmp_path, "lab")
    assert not noted(state)
    state.write(some())
    state.close()
    (said,) = (record.getMessage() for record in caplog.records)
    assert "state.db is not this collector's state" in said
    assert (tmp_path / "state.db.aside-1").exists()
    caplog.clear()
    assert noted(open_state(tmp_path, "lab")).objects
    assert caplog.records == []


def test_a_folder_has_one_collector_at_a_time(tmp_path: Path) -> None:
    second = Folder(tmp_path / "new")
    with Folder(tmp_path / "new"), pytest.raises(StateError, match="in use by another collector"):
        second.__enter__()
    with Folder(tmp_path / "new"):
        pass


def test_a_folder_that_cannot_be_made_gets_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="cannot be written: Not a directory"), Folder(tmp_path / "file/new"):
        pass


def test_a_folder_that_is_a_file_gets_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="cannot be written: File exists"), Folder(tmp_path / "file"):
        pass
