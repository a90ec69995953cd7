"""Kafka in memory, as the collector's outbox sees it: away, back, refusing what is too large."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from collectors.collect import collect_through
from collectors.producer import Told
from collectors.settings import CollectSettings
from schemas import topics
from schemas.codec import unpack
from schemas.contracts import Change, Gap, Input
from tests.collectors.live import PATIENCE_SECONDS
from tests.support.api_server import ApiServer


class MemoryKafka:
    """Takes records (a Client). What it was given while `away` it takes when it is back, in order."""

    def __init__(self, most_bytes: int = 1 << 30) -> None:
        self.away = False
        self.records: list[bytes] = []
        self.letters: list[bytes] = []
        self.fails = 0  # so many records are refused first
        self._most_bytes = most_bytes
        self._given: list[tuple[str, bytes, Told]] = []

    def produce(self, topic: str, record: bytes, told: Told) -> bool:
        self._given.append((topic, record, told))
        return True

    def poll(self) -> None:
        given, self._given = ([], self._given) if self.away else (self._given, [])
        for topic, record, told in given:
            if len(record) > self._most_bytes:
                told("too large")
            elif self.fails > 0:
                self.fails -= 1
                told("failed")
            else:
                (self.letters if topic == topics.DEAD_LETTERS else self.records).append(record)
                told("taken")

    def close(self) -> None:
        self._given = []

    @property
    def inputs(self) -> list[Input]:
        return [each for record in self.records for each in unpack(record)]

    def changes(self, resource: str = "pods") -> list[tuple[str, str, int]]:
        """Return (verb, name, version) of each change of a resource."""
        return [
            (each.verb, each.name, each.resource_version)
            for each in self.inputs
            if isinstance(each, Change) and each.resource == resource
        ]

    def gaps(self) -> list[Gap]:
        return [each for each in self.inputs if isinstance(each, Gap)]


class Running:
    """A collector with a state folder; leaving the block ends it by a signal, `kill` at once."""

    def __init__(self, server: ApiServer, kafka: MemoryKafka, /, **settings: Any) -> None:
        given: dict[str, Any] = {
            "cluster": "lab",
            "recorded_time": True,
            "retry_seconds": 0.01,
            "linger_seconds": 0.01,
            "server": server.address,
        }
        self._settings = CollectSettings(**(given | settings))
        self._kafka = kafka
        self._stop = asyncio.Event()

    async def __aenter__(self) -> "Running":
        self._task = asyncio.create_task(collect_through(self._kafka, self._settings, self._stop))
        return self

    async def until(self, enough: Callable[[], Any]) -> None:
        """Wait until something is true that the collector does; raises what ended it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not enough():
                if self._task.done():
                    await self._task
                await asyncio.sleep(0.01)

    async def kill(self) -> None:
        """End it without a flush."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        if not self._task.cancelled():
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._task


def versions(changes: Sequence[tuple[str, str, int]]) -> list[int]:
    """Return the versions alone."""
    return [version for *_, version in changes]
