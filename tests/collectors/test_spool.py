"""The spool: what was taken is there after a crash, in order; what is not whole is said, and is not taken."""

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import spool as spool_module
from collectors.spool import Spool, SpoolError

MUCH = 1 << 30


def drained(spool: Spool) -> list[bytes]:
    found: list[bytes] = []
    while spool:
        segment = spool.read()
        assert segment.damaged == ""
        found += segment.records
        spool.remove()
    return found


@given(batches=st.lists(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=5), max_size=12))
def test_records_come_back_in_order_over_restarts(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[bytes]]
) -> None:
    folder = tmp_path_factory.mktemp("spool")
    spool = Spool(folder, MUCH)
    for number, batch in enumerate(batches):
        if number % 3 == 0:
            spool.seal()
            spool = Spool(folder, MUCH)
        assert spool.append(batch)
    spool.seal()
    again = Spool(folder, MUCH)
    assert drained(again) == [record for batch in batches for record in batch]
    assert list(folder.iterdir()) == []


def test_segments_are_removed_one_by_one_while_others_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_module, "SEGMENT_BYTES", 1)
    spool = Spool(tmp_path, MUCH)
    for record in (b"1", b"2", b"3"):
        spool.append([record])
    assert spool.read().records == [b"1"]
    spool.append([b"4"])
    spool.remove()
    assert len(list(tmp_path.iterdir())) == 3
    assert drained(spool) == [b"2", b"3", b"4"]
    assert spool.size == 0


def test_what_does_not_fit_is_not_taken_and_there_is_room_again_later(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 600)
    assert spool.append([os.urandom(400)])
    assert not spool.append([os.urandom(400)])
    spool.read()
    spool.remove()
    assert spool.append([os.urandom(400)])
    spool.seal()


@pytest.mark.parametrize("cut", [1, 7, 8, 9, 200])
def test_a_record_cut_off_by_a_kill_is_left_out_without_a_word(tmp_path: Path, cut: int) -> None:
    spool = Spool(tmp_path, MUCH)
    spool.append([b"first"])
    spool.append([os.urandom(200)])
    spool.seal()
    (path,) = tmp_path.iterdir()
    os.truncate(path, path.stat().st_size - cut)
    again = Spool(tmp_path, MUCH)
    again.append([b"third"])
    assert drained(again) == [b"first", b"third"]


def test_damage_is_said_and_what_is_before_it_is_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path, MUCH)
    spool.append([b"first", os.urandom(200), b"third"])
    spool.seal()
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    content[60] ^= 255
    path.write_bytes(content)
    segment = Spool(tmp_path, MUCH).read()
    assert (segment.records, segment.damaged) == ([b"first"], "record 2 is damaged")
    assert 0 < segment.since <= segment.until


def test_a_full_disk_takes_nothing_by_halves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path, MUCH)
    spool.append([b"first"])

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        with pytest.raises(SpoolError, match="cannot be written: No space left on device"):
            spool.append([b"second"])
    spool.append([b"third"])
    assert drained(spool) == [b"first", b"third"]


def test_a_folder_that_cannot_be_made_gets_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "spool").touch()
    with pytest.raises(SpoolError, match="cannot be written: File exists"):
        Spool(tmp_path / "spool", MUCH)
