"""The fleet's parts as processes of their own, and the stores they end in."""

import asyncio
import contextlib
import gzip
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import clickhouse_connect
import msgspec
from clickhouse_connect.driver.client import Client

from collectors.recording import label_files
from schemas import topics
from stream_jobs.correlate import APP_ID as CORRELATE
from stream_jobs.store import APP_ID as STORE
from tests.support.api_server import ApiServer
from tests.support.kafka import Broker, eventually, lag
from tests.support.kafka_local import free_port

WAKELINE = (sys.executable, "-m", "wakeline")
COLLECT_AT_ONCE = 2  # collectors that run side by side
STORED = (topics.CHANGES, topics.SESSIONS, topics.ANOMALIES, topics.EDITS, topics.DEAD_LETTERS)
# What views show, version aside: it orders the rows of one id and says nothing.
ROWS = (
    "SELECT * EXCEPT (version) FROM sessions ORDER BY id",
    "SELECT * EXCEPT (version) FROM anomalies ORDER BY id",
    "SELECT * FROM steps ORDER BY ALL",
)


def run(*arguments: object) -> str:
    """Run a wakeline command to its end and return what it printed; it must end well."""
    command = [*WAKELINE, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stderr[-2000:]}"
    return done.stdout


class Process:
    """A long-running wakeline command. Its log is `NAME.log` in the folder."""

    def __init__(self, folder: Path, name: str, *arguments: object) -> None:
        self.log = folder / f"{name}.log"
        self._command = [*WAKELINE, *map(str, arguments)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Process":
        """Start it, or start it again."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """SIGTERM; it must end well."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        assert self._process.wait(60) == 0, self.log.read_text()[-2000:]

    def __enter__(self) -> "Process":
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.stop()
        else:
            self.kill()


class Engine:
    """The ClickHouse engine as a server; `kill` and `start` keep folder and port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[str] | None = None
        self.address = f"http://127.0.0.1:{self._port}"
        self.password = ""

    def start(self) -> "Engine":
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "tests.fleet.clickhouse", str(self._folder), str(self._port)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.password = self._process.stdout.readline().strip()
        assert self.password, "the engine did not start"
        return self

    def kill(self) -> None:
        """kill -9."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def options(self) -> tuple[str, ...]:
        """Options of the commands that write to it."""
        writer = ("--clickhouse-user", "owner", "--clickhouse-password", self.password)
        return ("--clickhouse", self.address, *writer)

    def client(self) -> Client:
        """A client that reads."""
        return clickhouse_connect.get_client(host="127.0.0.1", port=self._port, tz_mode="aware")

    def __enter__(self) -> "Engine":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.kill()


@contextlib.asynccontextmanager
async def playing(stream: Path) -> AsyncIterator[ApiServer]:
    """An API server that plays the recording, as fast as it is read."""
    async with ApiServer([stream]) as server:
        yield server


def collector(server: ApiServer, cluster: str, broker: Broker, folder: Path, *more: str) -> Process:
    """The real collector, for a server that plays a recording."""
    name = "collect-" + cluster.replace("/", "-")
    options = ("--cluster", cluster, "--server", server.address, "--recorded-time", "--secrets")
    return Process(folder, name, "collect", *options, "--kafka-bootstrap", broker.bootstrap, *more)


async def collect(server: ApiServer, cluster: str, broker: Broker, folder: Path) -> None:
    """Let the real collector take everything the server has, then end it by SIGTERM."""
    process = collector(server, cluster, broker, folder).start()
    try:
        await asyncio.wait_for(server.delivered.wait(), 120)
        await asyncio.to_thread(process.stop)
    except BaseException:
        process.kill()
        raise


async def collect_all(streams: dict[str, Path], broker: Broker, folder: Path) -> None:
    """Collect every stream under its cluster's name."""
    gate = asyncio.Semaphore(COLLECT_AT_ONCE)

    async def one(cluster: str, stream: Path) -> None:
        async with gate, playing(stream) as server:
            await collect(server, cluster, broker, folder)

    async with asyncio.TaskGroup() as tasks:
        for cluster, stream in streams.items():
            tasks.create_task(one(cluster, stream))


def settle(broker: Broker) -> None:
    """Wait until both jobs have acknowledged all there is."""
    eventually(lambda: lag(broker, CORRELATE, topics.CHANGES) == 0, 180)
    eventually(lambda: lag(broker, STORE, *STORED) == 0, 180)


def embedded_rows(streams: Sequence[Path], store: Path) -> list[list[dict[str, Any]]]:
    """What the views show after `wakeline replay --separate`, each stream a cluster."""
    run("replay", "--separate", "--store", store, "--format", "json", *streams)
    return [msgspec.json.decode(run("query", sql, "--store", store, "--format", "json")) for sql in ROWS]


def fleet_rows(engine: Engine) -> list[list[dict[str, Any]]]:
    """What the views show on the fleet's engine."""
    client = engine.client()
    found = [json_rows(client.raw_query(sql, fmt="JSONEachRow")) for sql in ROWS]
    client.close()
    return found


def json_rows(body: bytes) -> list[dict[str, Any]]:
    """Decode JSONEachRow."""
    return [msgspec.json.decode(line) for line in body.splitlines()]


def clusters(streams: Sequence[Path]) -> dict[str, Path]:
    """Name each stream's cluster as `wakeline replay --separate` does."""
    named = {}
    for stream, label in label_files(streams).items():
        with gzip.open(stream) as lines:
            named[f"{msgspec.json.decode(next(lines))['cluster']}/{label}"] = stream
    return named
