"""One suite for both mirrors: what was flushed is there when the next process loads."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, Protocol

import clickhouse_connect
import pytest

from schemas import topics
from stream_jobs.correlate import APP_ID
from stream_jobs.faust_app import make_app
from stream_jobs.faust_mirror import FaustMirror
from stream_jobs.migrate import migrate
from stream_jobs.mirror import Entry, LocalMirror, Mirror
from stream_jobs.settings import CorrelateSettings, TopicsSettings
from stream_jobs.topics import create_topics
from tests.support.background import Background
from tests.support.kafka import Broker, make_broker

PARTITIONS = 2
Job = Callable[[Mirror], Coroutine[Any, Any, Any]]


class Process(Protocol):
    """Starts a process with a mirror, runs the job in it, and ends it."""

    def __call__(self, job: Job) -> Any: ...


@pytest.fixture(scope="module")
def broker() -> Iterator[Broker]:
    with make_broker() as broker:
        create_topics(TopicsSettings(kafka_bootstrap=broker.bootstrap, partitions=PARTITIONS))
        yield broker


@pytest.fixture
def local(tmp_path: Path) -> Process:
    def run(job: Job) -> Any:
        client = clickhouse_connect.get_client(interface="chdb", path=str(tmp_path / "chdb"))
        try:
            migrate(client)
            return asyncio.run(job(LocalMirror(client)))
        finally:
            client.close()

    return run


@pytest.fixture
def faust(broker: Broker, tmp_path: Path) -> Process:
    def run(job: Job) -> Any:
        settings = CorrelateSettings(kafka_bootstrap=broker.bootstrap, data_dir=str(tmp_path))
        app = make_app(settings, APP_ID)
        mirror = FaustMirror(app)
        app.agent(app.topic(topics.CHANGES, key_type=bytes, value_type=bytes), name="idle")(idle)
        with Background(app) as worker:
            return worker.call(lambda: job(mirror))

    return run


async def idle(stream: Any) -> None:
    async for _ in stream:
        pass


@pytest.fixture(params=["local", "faust"])
def process(request: pytest.FixtureRequest) -> Process:
    return request.getfixturevalue(request.param)


def entry(key: str, value: bytes | None, cluster: str = "lab") -> Entry:
    return Entry(cluster, key, value, sum(map(ord, cluster)) % PARTITIONS)


def kept(process: Process, *clusters: str) -> dict[tuple[str, str], bytes | None]:
    async def job(mirror: Mirror) -> dict[tuple[str, str], bytes | None]:
        return {(each.cluster, each.key): each.value for each in mirror.load() if each.cluster in clusters}

    return process(job)


def flushed(*entries: Entry) -> Job:
    async def job(mirror: Mirror) -> None:
        for each in entries:
            mirror.put(each)
        await mirror.flush()

    return job


def test_what_was_flushed_is_loaded_by_the_next_process(process: Process) -> None:
    values = {"o/uid": b'{"a":1}', "e/Pod/ns/n/x": b"\xff\x00\n", "head": b"", "é/ü": "é".encode()}
    process(flushed(*(entry(key, value, "eu/one") for key, value in values.items())))
    assert kept(process, "eu/one") == {("eu/one", key): value for key, value in values.items()}


def test_the_last_put_wins_and_none_deletes(process: Process) -> None:
    process(flushed(entry("a", b"1"), entry("b", b"1"), entry("c", b"1"), entry("a", b"2"), entry("c", None)))
    assert kept(process, "lab") == {("lab", "a"): b"2", ("lab", "b"): b"1"}
    process(flushed(entry("b", None), entry("c", b"3"), entry("nothing", None)))
    assert kept(process, "lab") == {("lab", "a"): b"2", ("lab", "c"): b"3"}


def test_one_process_flushes_many_times(process: Process) -> None:
    async def job(mirror: Mirror) -> None:
        for number in range(50):
            mirror.put(entry("counter", str(number).encode(), "many"))
            mirror.put(entry(f"o/{number}", b"x", "many"))
            await mirror.flush()
        await mirror.flush()

    process(job)
    found = kept(process, "many")
    assert found.pop(("many", "counter")) == b"49"
    assert len(found) == 50


def test_clusters_stay_apart_and_large_states_come_back(process: Process) -> None:
    big = [entry(f"o/{number}", b"%d" % number * 500, "big") for number in range(3000)]
    process(flushed(entry("head", b"one", "one"), entry("head", b"two", "two"), *big))
    process(flushed(entry("head", None, "one"), entry("o/0", b"z" * 2_000_000, "big")))
    found = kept(process, "one", "two", "big")
    assert found[("two", "head")] == b"two"
    assert ("one", "head") not in found
    assert found[("big", "o/0")] == b"z" * 2_000_000
    assert len(found) == 3001
