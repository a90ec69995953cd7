"""A restarted collector goes on where it was; what nobody saw is a gap, and deletes in it are inferred."""

from pathlib import Path

import pytest

from collectors.bookkeeping import Bookkeeper
from schemas.contracts import Change
from tests.collectors.broker import MemoryKafka, Running
from tests.collectors.objects import PODS, pod
from tests.collectors.tapes import after, end, line, write
from tests.support.api_server import ApiServer, Fault

WENT_BACK = "resource versions went backwards"


def named(name: str, version: int, image: str = "") -> dict[str, object]:
    metadata = {"name": name, "uid": f"uid-{name}", "namespace": "ns"}
    return pod(version, metadata=metadata, **({"image": image} if image else {}))


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    """Three pods, six changes: two before the restart of the tests, four behind it."""
    lines = [line("LISTED", 0, PODS, named(name, n)) for n, name in enumerate("abc", 1)]
    lines += [end(1, PODS, 10)]
    lines += [line("MODIFIED", n, PODS, named("a", 10 + n, f"image-{n}")) for n in range(2, 6)]
    lines += [line("DELETED", 7, PODS, named("b", 20)), line("ADDED", 8, PODS, named("d", 21))]
    return write(tmp_path / "a.jsonl", lines)


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "state")


BEFORE = [
    *(("listed", name, n) for n, name in enumerate("abc", 1)),
    *(("modified", "a", n) for n in (12, 13)),
]
BEHIND = [("modified", "a", 14), ("modified", "a", 15), ("deleted", "b", 20), ("added", "d", 21)]


async def first_run(server: ApiServer, folder: str, kill: bool = False) -> None:
    """Collect what is before the restart; the watch then hangs."""
    kafka = MemoryKafka()
    server.fail("pods", "watch", Fault(after=2, hang=True))
    async with Running(server, kafka, state_dir=folder) as running:
        await running.until(lambda: kafka.changes() == BEFORE)
        if kill:
            await running.kill()


async def second_run(server: ApiServer, folder: str) -> MemoryKafka:
    kafka = MemoryKafka()
    async with Running(server, kafka, state_dir=folder) as running:
        await running.until(server.delivered.is_set)
    return kafka


async def test_a_restart_goes_on_where_it_was_without_a_list_and_without_a_gap(
    tape: Path, folder: str
) -> None:
    async with ApiServer([tape]) as server:
        await first_run(server, folder)
        asked = len(server.requests)
        found = await second_run(server, folder)
    assert found.changes() == BEHIND
    assert found.gaps() == []
    assert [each for each in server.requests[asked:] if "limit=500" in each] == []


@pytest.mark.parametrize(
    "fault", [Fault(status=410, missed=4), Fault(after=0, error=410, missed=4)], ids=["refused", "event"]
)
async def test_what_nobody_saw_over_a_restart_is_a_gap_and_its_deletes_are_inferred(
    tape: Path, folder: str, fault: Fault
) -> None:
    async with ApiServer([tape]) as server:
        await first_run(server, folder)
        server.fail("pods", "watch", fault)
        found = await second_run(server, folder)
    assert found.changes() == [("listed", "a", 15), ("vanished", "b", 20), ("added", "d", 21)]
    (gap,) = found.gaps()
    assert (gap.resource, gap.since) == ("pods", after(3))
    assert gap.reason.startswith("the collector was not running, and the watch")
    assert "410" in gap.reason


async def test_a_write_that_changes_nothing_is_known_as_such_over_a_restart(
    tmp_path: Path, folder: str
) -> None:
    lines = [line("LISTED", 0, PODS, named("a", 1)), end(1, PODS, 10)]
    lines += [
        line("MODIFIED", 2, PODS, named("a", 12, "image")),
        line("MODIFIED", 3, PODS, named("a", 13, "image")),
    ]
    lines += [
        line("MODIFIED", 4, PODS, named("a", 14, "image")),
        line("MODIFIED", 5, PODS, named("a", 15, "new")),
    ]
    async with ApiServer([write(tmp_path / "a.jsonl", lines)]) as server:
        kafka = MemoryKafka()
        server.fail("pods", "watch", Fault(after=1, hang=True))
        async with Running(server, kafka, state_dir=folder) as running:
            await running.until(lambda: ("modified", "a", 12) in kafka.changes())
        found = await second_run(server, folder)
    assert found.changes() == [("modified", "a", 15)]


async def test_without_a_state_folder_a_restart_lists_everything_and_infers_nothing(tape: Path) -> None:
    async with ApiServer([tape]) as server:
        await first_run(server, "")
        found = await second_run(server, "")
    assert found.changes()[:3] == [("listed", "a", 13), ("listed", "b", 2), ("listed", "c", 3)]
    assert found.changes()[3:] == BEHIND
    assert found.gaps() == []


async def test_what_kafka_has_not_acknowledged_is_asked_for_again(tape: Path, folder: str) -> None:
    async with ApiServer([tape]) as server:
        kafka = MemoryKafka()
        server.fail("pods", "watch", Fault(after=0, hang=True))
        async with Running(server, kafka, state_dir=folder) as running:
            await running.until(lambda: kafka.changes() == BEFORE[:3])
        kafka.away = True
        server.fail("pods", "watch", Fault(after=2, hang=True))
        server.hanging.clear()
        async with Running(server, kafka, state_dir=folder) as running:
            await running.until(server.hanging.is_set)
            await running.kill()
        found = await second_run(server, folder)
    assert found.changes() == BEFORE[3:] + BEHIND
    assert found.gaps() == []


async def test_a_restored_store_raises_the_epoch_for_good(tape: Path, folder: str, tmp_path: Path) -> None:
    lines = [line("LISTED", 20, PODS, named("a", 4)), line("LISTED", 20, PODS, named("c", 3))]
    lines += [end(20, PODS, 5), line("MODIFIED", 21, PODS, named("a", 6, "again"))]
    lines += [line("MODIFIED", 22, PODS, named("a", 7, "and again"))]
    async with ApiServer([tape]) as server:
        await first_run(server, folder)
    async with ApiServer([write(tmp_path / "restored.jsonl", lines)]) as server:
        restored = MemoryKafka()
        server.fail("pods", "watch", Fault(after=1, hang=True))
        async with Running(server, restored, state_dir=folder) as running:
            await running.until(server.hanging.is_set)
        later = await second_run(server, folder)
    told = [(each.verb, each.name, each.epoch) for each in restored.inputs if isinstance(each, Change)]
    assert told[-1] == ("modified", "a", 1)
    assert ("vanished", "b", 1) in told
    assert any(WENT_BACK in each.reason for each in restored.gaps())
    assert next(each.since for each in restored.gaps()) == after(3)
    assert [(e.name, e.resource_version, e.epoch) for e in later.inputs if isinstance(e, Change)] == [
        ("a", 7, 1)
    ]
    assert later.gaps() == []


async def test_a_damaged_state_costs_a_list_and_no_more(
    tape: Path, folder: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with ApiServer([tape]) as server:
        await first_run(server, folder)
        (Path(folder) / "state.db").write_bytes(b"\0" * 5000)
        found = await second_run(server, folder)
    assert len(found.changes()) == 3 + len(BEHIND)
    assert len([each for each in caplog.records if "is not this collector's state" in each.getMessage()]) == 1


async def test_a_state_folder_that_cannot_be_made_is_done_without(
    tape: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    async with ApiServer([tape]) as server:
        found = await second_run(server, str(tmp_path / "file"))
    assert len(found.changes()) == 3 + 2 + len(BEHIND)
    (said,) = {each.getMessage() for each in caplog.records if "state folder" in each.getMessage()}
    assert said.endswith("cannot be written: File exists; going on without: a restart lists everything again")


async def test_a_collector_killed_before_it_noted_its_place_leaves_a_gap(
    tape: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(_: Bookkeeper) -> None:
        """The process dies before."""

    async with ApiServer([tape]) as server:
        with monkeypatch.context() as patch:
            patch.setattr(Bookkeeper, "write", never)
            await first_run(server, folder, kill=True)
        found = await second_run(server, folder)
        third = MemoryKafka()
        async with Running(server, third, state_dir=folder) as running:
            await running.until(lambda: third.inputs or server.taken)
    assert ("listed", "a", 13) in found.changes()
    (gap,) = found.gaps()
    assert gap.resource == "pods"
    assert gap.reason == "the collector was killed before it noted how far it came"
    assert third.changes() == []
    assert third.gaps() == []
