"""The mirror of a fleet: a Faust table's changelog, in the partition of the cluster's changes."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import faust

from schemas import topics
from stream_jobs.agents import RETRY_SECONDS, arrived
from stream_jobs.mirror import Entry

TABLE = "cells"
_BETWEEN = "\n"  # in no cluster's name


class FaustMirror:
    """Keeps the entries in the changelog of the table `cells` of an application. See Mirror."""

    def __init__(self, app: faust.App) -> None:
        self._app = app
        self._table = app.Table(TABLE, key_type=bytes, value_type=bytes)
        self._pending: dict[bytes, Entry] = {}
        self._partitions: dict[bytes, int] = {}  # of the keys that this worker wrote itself

    def on_load(self, load: Callable[[], Awaitable[None]]) -> None:
        """Call `load` after every assignment of partitions, once their changelog is read."""
        self._table.on_recover(load)

    def load(self) -> Iterator[Entry]:
        """Return the entries of the partitions that this worker has now."""
        assigned = {tp.partition for tp in self._app.assignor.assigned_actives() if tp.topic == topics.STATE}
        for key in [key for key, partition in self._partitions.items() if partition not in assigned]:
            del self._partitions[key]  # Faust forgets only what it read from the changelog itself
            self._table.data.pop(key, None)
        for key, value in list(self._table.data.items()):
            cluster, _, name = key.decode().partition(_BETWEEN)
            yield Entry(cluster, name, value, self._partitions.get(key, 0))

    def put(self, entry: Entry) -> None:
        """See Mirror."""
        self._pending[f"{entry.cluster}{_BETWEEN}{entry.key}".encode()] = entry

    def forget(self) -> None:
        """Drop what was put and not flushed: a rebalance took it from this worker."""
        self._pending.clear()

    async def flush(self) -> None:
        """See Mirror. Waits as long as Kafka is away."""
        pending, self._pending = self._pending, {}
        for key, entry in pending.items():
            self._keep(key, entry)
        while pending:
            sent = {key: self._send(key, entry) for key, entry in pending.items()}
            pending = {key: pending[key] for key, future in sent.items() if not await arrived(future)}
            if pending:
                await asyncio.sleep(RETRY_SECONDS)

    def _keep(self, key: bytes, entry: Entry) -> None:
        """Write to the table's memory itself; the changelog is sent with its partition apart."""
        self._partitions[key] = entry.partition
        if entry.value is None:
            self._table.data.pop(key, None)
        else:
            self._table.data[key] = entry.value

    def _send(self, key: bytes, entry: Entry) -> Any:
        raw = {"key_serializer": "raw", "value_serializer": "raw"}
        return self._table.send_changelog(entry.partition, key, entry.value, **raw)
