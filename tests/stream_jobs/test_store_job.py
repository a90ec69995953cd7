"""The store job on a real broker: everything once, bad lines apart, and patience while ClickHouse is away."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import OperationalError

from schemas import topics
from schemas.codec import pack
from schemas.contracts import DeadLetter
from stream_jobs.settings import StoreSettings, TopicsSettings
from stream_jobs.store import APP_ID, make_store
from stream_jobs.topics import create_topics
from tests.support import rows
from tests.support.background import Background
from tests.support.kafka import Broker, drain, eventually, lag, make_broker, send

SOURCES = (topics.CHANGES, topics.SESSIONS, topics.ANOMALIES, topics.EDITS, topics.DEAD_LETTERS)


@pytest.fixture
def broker() -> Iterator[Broker]:
    with make_broker() as broker:
        create_topics(TopicsSettings(kafka_bootstrap=broker.bootstrap, partitions=2))
        yield broker


class Door:
    """A ClickHouse client that can be away; counts the tries meanwhile."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.open = threading.Event()
        self.open.set()
        self.refused = threading.Semaphore(0)

    def raw_insert(self, *arguments: Any, **named: Any) -> Any:
        if not self.open.is_set():
            self.refused.release()
            raise OperationalError("connection refused")
        return self._client.raw_insert(*arguments, **named)


@pytest.fixture
def door(database: Client) -> Door:
    return Door(database)


def worker(broker: Broker, door: Door, folder: Path) -> Background:
    settings = StoreSettings(
        kafka_bootstrap=broker.bootstrap, data_dir=str(folder), batch_seconds=0.2, retry_seconds=0.5
    )
    return Background(make_store(settings, lambda _: door))  # type: ignore[arg-type,return-value]


def test_all_topics_are_stored_and_bad_lines_go_to_the_dead_letters(
    broker: Broker, database: Client, door: Door, tmp_path: Path
) -> None:
    packed = pack(rows.change(number) for number in range(1, 51))
    send(
        broker, topics.CHANGES, ("lab", packed), ("lab", packed), ("lab", pack([rows.event(60), rows.gap()]))
    )
    middle = pack([rows.change(61)]) + b'{"poison": tr\n' + pack([rows.change(62)])
    send(broker, topics.CHANGES, ("lab", middle), ("lab", b"poison record"), ("lab", pack([rows.change(63)])))
    send(broker, topics.CHANGES, ("lab", b"\xff\xfe"), ("lab", b""), ("lab", pack([rows.change(64)])[:-1]))
    send(broker, topics.SESSIONS, ("lab", pack([rows.session(1, rows.step("a"))])), ("lab", b"{}"))
    send(broker, topics.ANOMALIES, ("lab", pack([rows.anomaly(1)])))
    send(broker, topics.EDITS, ("lab", pack([rows.edit(1)])))
    with worker(broker, door, tmp_path / "faust"):
        eventually(lambda: database.command("SELECT count() FROM dead_letters") == 4)
        eventually(lambda: lag(broker, APP_ID, *SOURCES) == 0)

    def count(name: str) -> object:
        return database.command(f"SELECT count() FROM {name}")

    assert count("changes") == 50 + 1 + 4
    assert [count(name) for name in ("events", "gaps", "sessions", "steps", "anomalies", "edits")] == [1] * 6
    letters = [msgspec.json.decode(value, type=DeadLetter) for value in drain(broker, topics.DEAD_LETTERS)]
    found = {letter.body: letter for letter in letters}
    assert set(found) == {'{"poison": tr', "poison record", "\\xff\\xfe", "{}"}
    assert found["poison record"].reason == "expected a JSON object, which starts with {"
    assert found["{}"].topic == topics.SESSIONS
    assert {(letter.stage, letter.cluster) for letter in letters} == {("store", "lab")}
    assert database.query("SELECT reason, body FROM dead_letters WHERE body = '{}'").result_rows == [
        ("does not satisfy known_version: v = 1", "{}")
    ]


def test_while_clickhouse_is_away_nothing_is_acknowledged_and_then_nothing_is_missing(
    broker: Broker, database: Client, door: Door, tmp_path: Path
) -> None:
    door.open.clear()
    for number in range(200):
        send(broker, topics.CHANGES, (f"cluster-{number % 7}", pack([rows.change(number + 1)])))
    with worker(broker, door, tmp_path / "faust"):
        for _ in range(3):
            assert door.refused.acquire(timeout=60)
        assert lag(broker, APP_ID, *SOURCES) == 200
        door.open.set()
        eventually(lambda: lag(broker, APP_ID, *SOURCES) == 0)
    assert database.command("SELECT count(), uniqExact(resource_version) FROM changes") == ["200", "200"]
    assert drain(broker, topics.DEAD_LETTERS) == []


def test_a_broker_that_goes_and_comes_back_is_waited_for(
    broker: Broker, database: Client, door: Door, tmp_path: Path
) -> None:
    send(broker, topics.CHANGES, ("lab", pack([rows.change(1)])))
    with worker(broker, door, tmp_path / "faust"):
        eventually(lambda: database.command("SELECT count() FROM changes") == 1)
        broker.kill()
        broker.start()
        send(broker, topics.CHANGES, ("lab", pack([rows.change(2)])))
        eventually(lambda: database.command("SELECT count() FROM changes") == 2)
