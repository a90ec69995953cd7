"""A live cluster in the embedded mode: the collector's records through a queue into cells and store."""

import asyncio
from collections.abc import Callable

import aiohttp

from collectors.access import RefusedError, open_access
from collectors.collect import collect
from collectors.settings import CollectSettings
from collectors.stats import Stats
from schemas.codec import unpack
from wakeline.embedded import Embedded, Taken
from wakeline.errors import UserError

QUEUE_RECORDS = 64  # beyond that the watches wait
_REACH_SECONDS = 10.0


class QueueTransport:
    """Hands records over within one process (a Transport); they are durable once they are marked done."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[bytes] = asyncio.Queue(QUEUE_RECORDS)

    async def send(self, record: bytes) -> None:
        """Take one record; waits while the queue is full."""
        await self._queue.put(record)

    async def flush(self) -> None:
        """Return when every record is marked done."""
        await self._queue.join()

    async def take(self) -> list[bytes]:
        """Return all records that wait, at least one."""
        records = [await self._queue.get()]
        while not self._queue.empty():
            records.append(self._queue.get_nowait())
        return records

    def done(self, records: list[bytes]) -> None:
        """Acknowledge records."""
        for _ in records:
            self._queue.task_done()


async def follow(
    settings: CollectSettings, embedded: Embedded, stop: asyncio.Event, tell: Callable[[Taken], None]
) -> Stats:
    """Follow a cluster until `stop` is set; `tell` hears of each batch once it is stored.

    Raises AccessError where the cluster cannot be reached, StoreError where nothing can be stored.
    """
    transport = QueueTransport()
    try:
        async with asyncio.TaskGroup() as tasks:
            storing = tasks.create_task(_store(transport, embedded, tell))
            stats = await collect(settings, stop, transport)
            storing.cancel()
    except BaseExceptionGroup as group:
        raise _first(group) from group
    return stats


async def check_reachable(settings: CollectSettings) -> None:
    """Raise UserError, or AccessError, where the API server does not answer now.

    The collector itself waits for a server that is away; a person who has just typed a command does not.
    """
    async with open_access(settings) as access:
        try:
            async with access.get("/version", {}, _REACH_SECONDS) as response:
                await response.read()
        except RefusedError:
            return  # it answers; the collector will say what it refuses
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UserError(
                f"the cluster does not answer: {error or 'no word for 10 s'}; does `kubectl get nodes` work?"
            ) from error


async def _store(transport: QueueTransport, embedded: Embedded, tell: Callable[[Taken], None]) -> None:
    while True:
        records = await transport.take()
        inputs = [given for record in records for given in unpack(record)]
        tell(await asyncio.to_thread(embedded.take, inputs))
        transport.done(records)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
