"""Where the state of the cells is kept, so that a restart goes on where the last flush was."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import msgspec
from clickhouse_connect.driver.client import Client

from stream_jobs.core.cells import Cells


class Entry(msgspec.Struct, frozen=True):
    """One piece of a cell. `value` None deletes it.

    `partition` is that of the cluster's changes in Kafka; without Kafka it is 0.
    """

    cluster: str
    key: str
    value: bytes | None
    partition: int = 0


class Mirror(Protocol):
    """Keeps the newest value of each (cluster, key).

    What was put before a `flush` that returned is there after any crash; what was put after it may be. The
    last put of a key wins. Only one process uses the entries of a cluster at a time.
    """

    def load(self) -> Iterable[Entry]:
        """Return every entry there is, none of them deleted, in any order."""

    def put(self, entry: Entry) -> None:
        """Take the entry, to be kept at the next flush."""

    async def flush(self) -> None:
        """Return once everything that was put is kept."""


class LocalMirror:
    """Keeps the entries in the table `cells` of a database that this process owns."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._pending: dict[tuple[str, str], Entry] = {}
        self._version = int(str(client.command("SELECT max(version) FROM cells")))

    def load(self) -> Iterator[Entry]:
        """See Mirror."""
        found = self._client.query(
            "SELECT cluster, key, value FROM cells FINAL WHERE NOT deleted",
            column_formats={"value": "bytes"},
        )
        for cluster, key, value in found.result_rows:
            yield Entry(cluster, key, value)

    def put(self, entry: Entry) -> None:
        """See Mirror."""
        self._pending[entry.cluster, entry.key] = entry

    async def flush(self) -> None:
        """See Mirror."""
        await asyncio.to_thread(self.write)

    def write(self) -> None:
        """Flush, for callers without a loop."""
        if not self._pending:
            return
        self._version += 1
        rows = [
            (each.cluster, each.key, self._version, each.value is None, each.value or b"")
            for each in self._pending.values()
        ]
        names = ["cluster", "key", "version", "deleted", "value"]
        self._client.insert("cells", rows, column_names=names, column_type_names=_TYPES)
        self._pending.clear()


_TYPES = ["LowCardinality(String)", "String", "UInt64", "Bool", "String"]


def load_cells(mirror: Mirror, thresholds: Mapping[str, float] | None = None) -> Cells:
    """Return the cells as they were at the last flush."""
    entries: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for each in mirror.load():
        entries[each.cluster].append((each.key, each.value or b""))
    cells = Cells(thresholds)
    for cluster, found in entries.items():
        cells.load(cluster, found)
    return cells
