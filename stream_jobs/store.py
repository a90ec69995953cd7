"""The store job: Kafka's records into ClickHouse as they are, acknowledged only when they are stored."""

import asyncio
import logging
from collections.abc import Callable, Iterator

import faust
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from stream_jobs.agents import Event, Output, consume, current, dead_letter, send
from stream_jobs.clickhouse import connect
from stream_jobs.faust_app import make_app
from stream_jobs.insert import LANDING, insert
from stream_jobs.settings import StoreSettings

APP_ID = "wakeline-store"
_FIRST_PAUSE_SECONDS = 0.5

log = logging.getLogger(__name__)


def make_store(
    settings: StoreSettings, open_client: Callable[[StoreSettings], Client] = connect
) -> faust.App:
    """Return the application of one store worker."""
    app = make_app(settings, APP_ID)
    store = Store(app, settings, open_client)
    source = app.topic(*LANDING, key_type=bytes, value_type=bytes)
    app.agent(source, name="store")(store.agent)
    return app


class Store:
    """Holds the connection to ClickHouse, opened when it is first needed."""

    def __init__(
        self, app: faust.App, settings: StoreSettings, open_client: Callable[[StoreSettings], Client]
    ) -> None:
        self._app = app
        self._settings = settings
        self._open_client = open_client
        self._client: Client | None = None

    async def agent(self, stream: faust.StreamT[bytes]) -> None:
        """Store each batch, then acknowledge it."""

        async def work(events: list[Event]) -> None:
            letters: list[Output] = []
            for group in by_partition(events):
                letters += await self._insert(group)
            await send(self._app, letters)
            for event in current(self._app, events):
                await stream.ack(event)

        taken = stream.noack_take(self._settings.batch_records, within=self._settings.batch_seconds)
        await consume(self._app, taken, work)

    async def _insert(self, group: list[Event]) -> list[Output]:
        """Insert the records of one partition, however long ClickHouse is away; return the bad lines."""
        pause = _FIRST_PAUSE_SECONDS
        while current(self._app, group):
            try:
                return await asyncio.to_thread(self._insert_once, group)
            except DatabaseError as error:
                log.warning("ClickHouse does not store, next try in %.1f s: %s", pause, error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._settings.retry_seconds)
        return []  # a rebalance came while waiting: it comes again, to its new owner

    def _insert_once(self, group: list[Event]) -> list[Output]:
        self._client = self._client or self._open_client(self._settings)
        first, last = group[0].message, group[-1].message
        bodies = [_ended(event.value or b"") for event in group]
        token = f"{first.topic}-{first.partition}-{first.offset}-{last.offset}"
        refused = insert(self._client, first.topic, b"".join(bodies), token)
        owners = [event for event, body in zip(group, bodies, strict=True) for _ in range(body.count(b"\n"))]
        return [dead_letter("store", owners[each.number], each.reason, each.line) for each in refused]


def by_partition(events: list[Event]) -> Iterator[list[Event]]:
    """Yield the events of each topic and partition, in order."""
    groups: dict[tuple[str, int], list[Event]] = {}
    for event in events:
        groups.setdefault((event.message.topic, event.message.partition), []).append(event)
    yield from groups.values()


def _ended(body: bytes) -> bytes:
    return body if body.endswith(b"\n") or not body else body + b"\n"
