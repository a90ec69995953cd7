"""Records on their way to Kafka: in order, within bounds, on the disk while Kafka is away, all of them."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from collectors import outbox as outbox_module
from collectors import window as window_module
from collectors.bookkeeping import Bookkeeper
from collectors.notes import Notes, Place
from collectors.outbox import Outbox
from collectors.settings import CollectSettings
from collectors.spool import Spool
from collectors.state import State, open_state
from collectors.transport import NotDeliveredError
from schemas.codec import pack
from schemas.contracts import Change, Gap
from tests.collectors.broker import MemoryKafka
from tests.collectors.objects import NOW, WIDGETS, see, thing

SETTINGS = CollectSettings(cluster="lab", grace_seconds=0.2)


def record(number: int, filling: int = 0) -> bytes:
    return pack([see(WIDGETS, thing(WIDGETS, number, spec={"text": "x" * filling}))])


def numbers(kafka: MemoryKafka) -> list[int]:
    return [each.resource_version for each in kafka.inputs if isinstance(each, Change)]


def notes(number: int) -> Notes:
    return Notes(places={("", "widgets", ""): Place(str(number), NOW)})


class Lab:
    """An outbox with a spool, a state and a Kafka; `noted` is what the state says."""

    def __init__(self, path: Path, mib: float = 1, kafka: MemoryKafka | None = None) -> None:
        self.kafka = kafka or MemoryKafka()
        self.stop = asyncio.Event()
        self.state: State = open_state(path, "lab")
        self.spool = Spool(path / "spool", int(mib * 1024 * 1024))
        self.keeper = Bookkeeper(self.state)
        self.outbox = Outbox(SETTINGS, self.kafka, self.stop, self.spool, self.keeper)

    async def send(self, *many: int, filling: int = 0) -> None:
        for number in many:
            await self.outbox.send(record(number, filling))
            self.outbox.sent(notes(number))

    async def noted(self) -> str:
        await self.keeper.write()
        places = self.state.remembered().places
        return places["", "widgets", ""].position if places else ""

    async def reaches(self, position: str) -> None:
        """Wait until the state says so: what is on the disk is noted a moment later."""
        async with asyncio.timeout(30):
            while await self.noted() != position:
                await asyncio.sleep(0.01)

    async def until(self, enough: Callable[[], Any]) -> None:
        async with asyncio.timeout(30):
            while not enough():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def running(path: Path, **given: Any) -> AsyncIterator[Lab]:
    lab = Lab(path, **given)
    task = asyncio.create_task(lab.outbox.run())
    try:
        yield lab
    finally:
        task.cancel()
        await asyncio.wait({task})
        lab.spool.seal()
        lab.state.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox_module, "AWAY_SECONDS", 0.1)
    monkeypatch.setattr(outbox_module, "_TICK_SECONDS", 0.01)
    monkeypatch.setattr(outbox_module, "_RETRY_SECONDS", 0.02)
    monkeypatch.setattr(window_module, "_AGAIN_SECONDS", 0.02)


async def test_a_note_is_written_only_once_kafka_or_the_disk_has_what_it_speaks_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path) as lab:
        lab.kafka.away = True
        with monkeypatch.context() as patch:
            patch.setattr(outbox_module, "AWAY_SECONDS", 60.0)
            await lab.send(1, 2)
            assert await lab.noted() == ""
        await lab.until(lambda: lab.spool)
        await lab.reaches("2")
        await lab.send(3)
        await lab.reaches("3")
        lab.kafka.away = False
        await lab.send(4)
        await lab.until(lambda: not lab.spool)
        await lab.send(5)
        await lab.until(lambda: numbers(lab.kafka)[-1] == 5)
    assert numbers(lab.kafka) == [1, 2, 3, 4, 5]
    assert list((tmp_path / "spool").iterdir()) == []


async def test_the_spool_outlives_the_process_and_goes_before_what_is_new(tmp_path: Path) -> None:
    kafka = MemoryKafka()
    kafka.away = True
    async with running(tmp_path, kafka=kafka) as lab:
        await lab.send(1, 2, 3)
        await lab.until(lambda: lab.spool)
        await lab.send(4)
    async with running(tmp_path) as lab:
        await lab.send(5, 6)
        await lab.until(lambda: not lab.spool)
    assert numbers(lab.kafka) == [1, 2, 3, 4, 5, 6]


async def test_a_full_spool_holds_back_and_drops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window_module, "_MOST_RECORDS", 3)
    async with running(tmp_path, mib=0.002) as lab:
        lab.kafka.away = True
        sending = asyncio.create_task(lab.send(*range(1, 101)))
        await lab.until(lambda: lab.spool.size > 1500)
        await asyncio.sleep(0.1)
        assert not sending.done()
        async with asyncio.timeout(30):
            while not (held_at := await lab.noted()):
                await asyncio.sleep(0.01)
        assert 0 < int(held_at) < 100
        lab.kafka.away = False
        await sending
        await lab.until(lambda: len(numbers(lab.kafka)) == 100)
    assert numbers(lab.kafka) == list(range(1, 101))


async def test_a_full_window_without_a_spool_holds_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_module, "_MOST_RECORDS", 3)
    kafka, stop = MemoryKafka(), asyncio.Event()
    kafka.away = True
    outbox = Outbox(SETTINGS, kafka, stop)
    task = asyncio.create_task(outbox.run())
    for number in (1, 2, 3):
        await outbox.send(record(number))
    fourth = asyncio.create_task(outbox.send(record(4)))
    await asyncio.sleep(0.05)
    assert not fourth.done()
    stop.set()
    await fourth
    with pytest.raises(NotDeliveredError, match=r"4 records for topic wakeline.changes are not delivered"):
        await outbox.flush()
    kafka.away = False
    await outbox.flush()
    assert numbers(kafka) == [1, 2, 3, 4]
    task.cancel()
    await asyncio.wait({task})


async def test_a_disk_that_is_full_is_said_once_and_the_watches_are_held_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(window_module, "_MOST_RECORDS", 3)
    async with running(tmp_path) as lab:
        lab.kafka.away = True
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", full)
            sending = asyncio.create_task(lab.send(*range(1, 11)))
            await asyncio.sleep(0.3)
        assert await lab.noted() == ""
        said = [each.getMessage() for each in caplog.records if "spool" in each.getMessage()]
        assert len(said) == 1
        assert "No space left on device; the watches are held back until Kafka takes records" in said[0]
        lab.kafka.away = False
        await sending
        await lab.until(lambda: len(numbers(lab.kafka)) == 10)
        await lab.reaches("10")
    assert numbers(lab.kafka) == list(range(1, 11))


async def test_what_kafka_refuses_for_a_while_is_sent_again_in_order(tmp_path: Path) -> None:
    async with running(tmp_path) as lab:
        lab.kafka.fails = 3
        await lab.send(1, 2, 3, 4)
        await lab.until(lambda: sorted(numbers(lab.kafka)) == [1, 2, 3, 4])
    again = [number for number in numbers(lab.kafka) if number != 4]
    assert again == [1, 2, 3]


async def test_a_broker_with_a_lower_limit_gets_smaller_records_and_the_rest_is_a_dead_letter(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, kafka=MemoryKafka(4000)) as lab:
        labels = {f"label-{n}": "x" * 50 for n in range(100)}
        stubborn = pack([see(WIDGETS, thing(WIDGETS, 8, metadata={"labels": labels}))])
        await lab.outbox.send(b"".join(record(n, 1500) for n in range(1, 5)))
        await lab.send(5, filling=50_000)
        await lab.outbox.send(stubborn)
        await lab.send(9)
        await lab.until(lambda: len(numbers(lab.kafka)) == 6 and lab.kafka.letters)
        await lab.reaches("9")
    assert sorted(numbers(lab.kafka)) == [1, 2, 3, 4, 5, 9]
    assert all(len(each) <= 4000 for each in [*lab.kafka.records, *lab.kafka.letters])


async def test_a_damaged_spool_is_a_gap(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 1 << 20)
    spool.append([record(1), record(2), record(3)])
    spool.seal()
    (path,) = (tmp_path / "spool").iterdir()
    content = bytearray(path.read_bytes())
    content[-5] ^= 255
    path.write_bytes(content)
    async with running(tmp_path) as lab:
        await lab.send(4)
        await lab.until(lambda: 4 in numbers(lab.kafka))
    assert numbers(lab.kafka) == [1, 2, 4]
    (gap,) = (each for each in lab.kafka.inputs if isinstance(each, Gap))
    assert gap.resource == "*"
    assert gap.reason == "a part of the collector's spool was lost: record 3 is damaged"


async def test_what_kafka_does_not_take_within_the_grace_is_on_the_disk_and_noted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(tmp_path) as lab:
        lab.kafka.away = True
        await lab.send(1, 2)
        lab.stop.set()
        await lab.outbox.flush()
        await lab.reaches("2")
    assert any("wait in the spool" in each.getMessage() for each in caplog.records)
    async with running(tmp_path) as later:
        await later.until(lambda: not later.spool)
    assert numbers(later.kafka) == [1, 2]
