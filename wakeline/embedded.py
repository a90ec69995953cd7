"""The embedded mode: inputs of any source, each cluster's cell in this process, rows into the store.

A batch goes the fleet's way: what was seen and what is concluded from it is stored, then the cells' state is
mirrored, and only then the batch counts as taken.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
from clickhouse_connect.driver.exceptions import DatabaseError

from schemas import topics
from schemas.codec import pack
from schemas.contracts import DeadLetter, Input, Progress, Record
from stream_jobs.core.advance import News, advance
from stream_jobs.core.cell import Cell
from stream_jobs.core.cells import Cells
from stream_jobs.insert import Refused
from stream_jobs.mirror import Entry, LocalMirror, load_cells
from wakeline.cells import BODY_BYTES, by_cluster, refusals
from wakeline.resume import Resumption
from wakeline.store.embedded import EmbeddedStore
from wakeline.store.errors import StoreError, explained


class Taken(msgspec.Struct, frozen=True):
    """What came of a batch: news by cluster, what was not taken, and whether the first lists are over."""

    news: dict[str, News]
    letters: tuple[DeadLetter, ...]
    listed: bool


class Embedded:
    """The cells of this process, over a store that it owns. `live`: a collector of now gives the inputs."""

    def __init__(
        self, store: EmbeddedStore, thresholds: Mapping[str, float] | None = None, *, live: bool = False
    ) -> None:
        self._store = store
        self._live = live
        self._mirror = LocalMirror(store.client)
        self._cells = _load(self._mirror, store, thresholds)
        self._resumptions: dict[str, Resumption] = {}
        self._progressed: set[tuple[str, str]] = set()  # group and resource

    def take(self, inputs: Sequence[Input]) -> Taken:
        """Store, correlate and remember a batch; when this returns, it may be acknowledged.

        Raises StoreError where it cannot be stored; the same batch may then be given again to a
        new Embedded over the same store.
        """
        given = {name: self._complete(name, part) for name, part in by_cluster(inputs).items()}
        letters = self._insert(topics.CHANGES, [each for part in given.values() for each in part])
        news = {name: advance(self._cell(name), part) for name, part in given.items()}
        for found in news.values():
            letters += refusals(found)
            letters += self._insert(topics.SESSIONS, found.sessions)
            letters += self._insert(topics.ANOMALIES, found.anomalies)
            letters += self._insert(topics.EDITS, found.edits)
        self._insert(topics.DEAD_LETTERS, letters)
        for name in given:
            self._keep(name)
        return Taken(news, tuple(letters), self._are_listed(inputs))

    def _are_listed(self, inputs: Sequence[Input]) -> bool:
        """Whether pods were listed before, and no other list ended just now."""
        found = {(each.group, each.resource) for each in inputs if isinstance(each, Progress)}
        over = ("", "pods") in self._progressed and found <= self._progressed
        self._progressed |= found
        return over

    def _complete(self, cluster: str, inputs: list[Input]) -> list[Input]:
        if not self._live:
            return inputs
        if cluster not in self._resumptions:
            self._resumptions[cluster] = Resumption(self._cell(cluster))
        return list(self._resumptions[cluster].complete(inputs))

    def _cell(self, cluster: str) -> Cell:
        return self._cells[cluster]

    def _keep(self, cluster: str) -> None:
        for key, value in self._cell(cluster).take_dirty():
            self._mirror.put(Entry(cluster, key, value))
        try:
            self._mirror.write()
        except (DatabaseError, OSError) as error:
            raise explained(self._store.path, error) from error

    def _insert(self, topic: str, records: Sequence[Record]) -> list[DeadLetter]:
        if not records:
            return []
        body = pack(records)
        refused = self._store.insert(topic, body, hashlib.sha256(body).hexdigest())
        return [_letter(topic, records[each.number], each) for each in refused]


def _load(mirror: LocalMirror, store: EmbeddedStore, thresholds: Mapping[str, float] | None) -> Cells:
    try:
        return load_cells(mirror, thresholds)
    except msgspec.DecodeError as error:
        raise StoreError(
            f"the state in the store {store.path} cannot be read: {error}; if another version of wakeline "
            "wrote it, go on with that one, or give another --store"
        ) from error


def _letter(topic: str, record: Record, refused: Refused) -> DeadLetter:
    return DeadLetter(
        cluster=record.cluster,
        at=getattr(record, "observed_at", None) or datetime.now(UTC),
        stage="store",
        topic=topic,
        reason=refused.reason,
        body=refused.line[:BODY_BYTES].decode(errors="backslashreplace"),
    )
