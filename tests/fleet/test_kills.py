"""`kill -9` of each process in the middle of a run: nothing is lost or doubled in what the views return.

The recording stops three times, with all that was sent so far in Kafka; then a job or the engine is killed
while it still works on that, and the collector with it. Poison goes to the dead letters.
"""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas import topics
from tests.fleet.parts import (
    ROWS,
    Engine,
    Process,
    clusters,
    collector,
    embedded_rows,
    fleet_rows,
    run,
    settle,
)
from tests.support.api_server import ApiServer, Fault
from tests.support.kafka import Broker, eventually, lag, make_broker, send
from tests.support.recordings import streams

Table = list[dict[str, Any]]
SCENARIO = "argo-dag-fail"
LINES = 8  # lines of the pods' watch between two stops


class Fleet:
    """All processes but the collector."""

    def __init__(self, folder: Path, broker: Broker) -> None:
        self.folder, self.broker = folder, broker
        self.engine = Engine(folder / "engine")
        self._kafka = ("--kafka-bootstrap", broker.bootstrap)
        self.correlate = Process(folder, "correlate", "correlate", *self._kafka)
        self.store = self._store()

    def _store(self) -> Process:
        return Process(self.folder, "store", "store", *self._kafka, *self.engine.options())

    def start(self) -> None:
        """From nothing."""
        run("topics", *self._kafka, "--partitions", 2)
        self.engine.start()
        run("migrate", *self.engine.options())
        self.correlate.start()
        self.store = self._store().start()

    def kill(self, name: str) -> None:
        """kill -9 one of them, and start it again."""
        if name == "engine":
            self.engine.kill()
            self.engine.start()  # with a new password, which the store job must be given
            self.store.kill()
            self.store = self._store().start()
            return
        process: Process = getattr(self, name)
        process.kill()
        process.start()

    def stop(self) -> None:
        """SIGTERM to the jobs; both end well."""
        self.correlate.stop()
        self.store.stop()


def everything_sent(broker: Broker) -> None:
    """Wait until the topic of changes has not grown for a second."""
    pause, sizes = threading.Event(), [-1, -2]

    def still() -> bool:
        pause.wait(1.0)
        sizes.append(lag(broker, "nobody", topics.CHANGES))
        return sizes[-1] == sizes[-2] > 0

    eventually(still, 120)


async def play(fleet: Fleet, cluster: str, stream: Path) -> None:
    async with ApiServer([stream]) as server:
        for _ in range(3):
            server.fail("pods", "watch", Fault(after=LINES, hang=True))
        process = collector(server, cluster, fleet.broker, fleet.folder).start()
        for name in ("correlate", "store", "engine"):
            await asyncio.wait_for(server.hanging.wait(), 60)
            server.hanging.clear()
            await asyncio.to_thread(everything_sent, fleet.broker)
            await asyncio.to_thread(fleet.kill, name)
            process.kill()
            process.start()
        await asyncio.wait_for(server.delivered.wait(), 120)
        await asyncio.to_thread(process.stop)


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with make_broker() as broker:
        fleet = Fleet(tmp_path_factory.mktemp("kills"), broker)
        fleet.start()
        yield fleet
        fleet.engine.kill()


def test_kills_change_nothing_and_poison_is_kept_apart(fleet: Fleet) -> None:
    ((cluster, stream),) = clusters(streams(SCENARIO)).items()
    poison = b'{"type": "change", "v": 1, "cluster": "' + cluster.encode() + b'", "kind": 7}\n'
    send(fleet.broker, topics.CHANGES, (cluster, b"\xff poison record"), (cluster, poison))
    asyncio.run(play(fleet, cluster, stream))
    settle(fleet.broker)
    fleet.stop()

    embedded = embedded_rows([stream], fleet.folder / "embedded")
    for fleet_table, embedded_table, sql in zip(fleet_rows(fleet.engine), embedded, ROWS, strict=True):
        assert fleet_table == embedded_table, sql
    client = fleet.engine.client()
    letters = client.query("SELECT stage, reason, body FROM dead_letters ORDER BY stage, body").result_rows
    client.close()
    assert {stage for stage, *_ in letters} == {"correlate", "store"}
    assert all(reason for _, reason, _ in letters)
    assert any("poison record" in body for *_, body in letters)
    assert any('"kind": 7' in body for *_, body in letters)
