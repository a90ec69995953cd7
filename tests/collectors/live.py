"""The real collector against the API server that plays recordings, in one process."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from collectors.cluster import Collector
from collectors.settings import CollectSettings
from collectors.stats import Stats
from schemas.codec import encode
from schemas.contracts import Change, Gap, Input, Progress
from tests.support.api_server import ApiServer

PATIENCE_SECONDS = 30.0  # a test that waits longer has failed


class Collected:
    """What the collector delivered, and what it counted."""

    def __init__(self) -> None:
        self.inputs: list[Input] = []
        self.stats = Stats()
        self.grew = asyncio.Event()

    async def __call__(self, inputs: Sequence[Input]) -> None:
        self.inputs += inputs
        self.grew.set()

    async def until(self, enough: Callable[[list[Input]], bool]) -> None:
        """Wait until what came is enough."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not enough(self.inputs):
                self.grew.clear()
                await self.grew.wait()

    def changes(self, resource: str = "pods") -> list[tuple[str, str, int]]:
        """Return (verb, name, version) of each change of a resource."""
        return [
            (each.verb, each.name, each.resource_version)
            for each in self.inputs
            if isinstance(each, Change) and each.resource == resource
        ]

    def gaps(self, resource: str = "pods") -> list[Gap]:
        """Return the gaps of a resource."""
        return [each for each in self.inputs if isinstance(each, Gap) and each.resource == resource]


class Running:
    """A collector that runs until the block is left; `collected` has what it delivered."""

    def __init__(self, server: ApiServer | None, /, **settings: Any) -> None:
        given: dict[str, Any] = {"cluster": "lab", "retry_seconds": 0.01}
        if server:  # secrets, as the recordings hold them
            given |= {"recorded_time": True, "secrets": True, "server": server.address}
        self.collected = Collected()
        self._collector = Collector(
            CollectSettings(**(given | settings)), self.collected, self.collected.stats
        )
        self._stop = asyncio.Event()

    async def __aenter__(self) -> Collected:
        self._task = asyncio.create_task(self._collector.run(self._stop))
        return self.collected

    async def while_it_runs(self, awaited: Coroutine[Any, Any, Any]) -> None:
        """Wait for something, but not longer than the collector runs; raises what ended it."""
        waiting = asyncio.create_task(awaited)
        await asyncio.wait({waiting, self._task}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            await self._task

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._task


async def collected(server: ApiServer, **settings: Any) -> Collected:
    """Collect everything the server plays, then stop."""
    running = Running(server, **settings)
    async with running as found, asyncio.timeout(PATIENCE_SECONDS):
        await running.while_it_runs(server.delivered.wait())
    return found


def by_object(inputs: Sequence[Input]) -> dict[str, list[bytes]]:
    """Return the changes of each object in order, as they go over the wire."""
    found: dict[str, list[bytes]] = defaultdict(list)
    for each in inputs:
        if isinstance(each, Change):
            found[each.uid].append(encode(each))
    return found


def by_resource(inputs: Sequence[Input]) -> dict[str, list[Any]]:
    """Return the times up to which each resource was complete, and its gaps."""
    found: dict[str, list[Any]] = defaultdict(list)
    for each in inputs:
        if isinstance(each, Progress):
            found[f"{each.resource}.{each.group}"].append(each.until)
        elif isinstance(each, Gap):
            found[f"{each.resource}.{each.group}"].append((each.since, each.until))
    return found
