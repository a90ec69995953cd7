"""Kafka away for a while, the collector killed meanwhile: every change of a recording arrives, in order."""

import asyncio
import contextlib
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.recording import read_recording
from schemas import topics
from schemas.codec import unpack
from schemas.contracts import Change, Gap
from tests.fleet.parts import Process, collector, run
from tests.support.api_server import ApiServer, Fault
from tests.support.kafka import Broker, drain, eventually, make_broker
from tests.support.recordings import streams

SCENARIO = "argo-dag-fail"
LINES = 8  # lines of the pods' watch between two stops


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with make_broker() as broker:
        run("topics", "--kafka-bootstrap", broker.bootstrap, "--partitions", 1)
        yield broker


def spooled(state: Path) -> int:
    return sum(path.stat().st_size for path in (state / "spool").glob("*.segment"))


def places(state: Path) -> int:
    """How many watches could go on after a restart."""
    with contextlib.closing(sqlite3.connect(state / "state.db")) as connection:
        found = connection.execute("SELECT count(*) FROM places").fetchone()
    return int(found[0])


async def play(server: ApiServer, process: Process, broker: Broker, state: Path) -> None:
    """Stop three times in the middle: before Kafka goes, while it is away, and after a kill."""
    for _ in range(3):
        server.fail("pods", "watch", Fault(after=LINES, hang=True))
    process.start()
    await stopped(server)
    await asyncio.to_thread(eventually, lambda: places(state) >= len(server.parts), 30)
    broker.kill()
    process.kill()  # with what is on its way to a broker that is no more
    process.start()
    await stopped(server)
    await asyncio.to_thread(eventually, lambda: spooled(state) > 0, 30)
    process.kill()  # with records in the spool, and perhaps some in memory
    process.start()
    await stopped(server)
    broker.start()  # in this thread: it ends with the one that started it
    process.kill()
    process.start()
    await asyncio.wait_for(server.delivered.wait(), 60)
    await asyncio.to_thread(eventually, lambda: spooled(state) == 0, 60)
    await asyncio.to_thread(process.stop)


async def stopped(server: ApiServer) -> None:
    await asyncio.wait_for(server.hanging.wait(), 60)
    server.hanging.clear()


def by_uid(changes: list[Change]) -> dict[str, list[int]]:
    """Return the versions of each object in the order in which they came; of a repeat only the first."""
    found: dict[str, list[int]] = defaultdict(list)
    for each in changes:
        if each.resource_version not in found[each.uid]:
            found[each.uid].append(each.resource_version)
    return found


def test_a_broker_away_and_a_collector_killed_lose_nothing(tmp_path: Path, broker: Broker) -> None:
    (stream,) = streams(SCENARIO)
    state = tmp_path / "state"

    async def main() -> None:
        async with ApiServer([stream]) as server:
            process = collector(server, "lab", broker, tmp_path, "--state-dir", str(state))
            try:
                await play(server, process, broker, state)
            except BaseException:
                process.kill()
                raise

    asyncio.run(main())
    came = [each for record in drain(broker, topics.CHANGES) for each in unpack(record)]
    sent = [each for each in read_recording([stream]) if isinstance(each, Change)]
    assert by_uid([each for each in came if isinstance(each, Change)]) == by_uid(sent)
    assert [each for each in came if isinstance(each, Gap)] == []
    assert spooled(state) == 0, (tmp_path / "collect-lab.log").read_text()
