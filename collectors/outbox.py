"""Records on their way to Kafka: a bounded window in memory, the spool behind it, and what is durable.

While Kafka answers, records go into the window and leave it when Kafka has them. When it does not answer
for some seconds, or the window is full, the window is written to the spool, and so is everything that comes
later; what is on the disk is durable. From then on the window holds the oldest segment, until none is left.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import ParamSpec, TypeVar

from collectors.bookkeeping import Bookkeeper
from collectors.notes import Notes
from collectors.producer import Client
from collectors.settings import CollectSettings
from collectors.spool import Segment, Spool, SpoolError
from collectors.transport import NotDeliveredError
from collectors.window import Entry, Window
from schemas.codec import pack
from schemas.contracts import Gap

_LOG = logging.getLogger(__name__)
AWAY_SECONDS = 5.0  # without an answer, and Kafka counts as away
_TICK_SECONDS = 0.05
_RETRY_SECONDS = 5.0  # after the disk refused

P = ParamSpec("P")
T = TypeVar("T")


class Outbox:
    """Sends one cluster's records to Kafka, in order, whatever becomes of Kafka (a Transport).

    `spool` and `keeper` come with a state folder. `stop` is set when the collector ends: from then on nobody
    waits for room. `run` must run beside whoever sends and flushes.
    """

    def __init__(
        self,
        settings: CollectSettings,
        client: Client,
        stop: asyncio.Event,
        spool: Spool | None = None,
        keeper: Bookkeeper | None = None,
    ) -> None:
        self._settings = settings
        self._stop = stop
        self._spool = spool
        self._keeper = keeper
        self._window = Window(client, settings.cluster, settings.topic)
        self._spooling = bool(spool)  # everything that comes goes to the spool
        self._is_segment = False  # the window is the spool's oldest segment
        self._newest: Entry | None = None  # what was sent last, while it is only in the window
        self._leaving = False  # something could not be kept at the end: no later note holds
        self._moved = asyncio.Event()
        self._disk_at = 0.0  # when the disk may be tried again
        self._lock = asyncio.Lock()  # who uses the spool

    async def run(self) -> None:
        """Send and settle until cancelled."""
        while True:
            await self._tick()
            await asyncio.sleep(_TICK_SECONDS)

    async def send(self, record: bytes) -> None:
        """Take one record; waits while window and spool are full."""
        while not self._leaving and not await self._place(record):
            if self._stop.is_set():
                self._leave()
                return
            self._moved.clear()
            await _either(self._moved, self._stop)

    def sent(self, notes: Notes) -> None:
        """Write the notes down once the record that was sent last is durable."""
        if self._leaving or self._keeper is None:
            return
        if self._newest:
            self._newest.note(notes)
        else:
            self._keeper.add(notes)

    async def flush(self) -> None:
        """Wait until Kafka or the disk has everything, at most the grace; then say what is left.

        Raises NotDeliveredError where records are lost by it, because there is no state folder.
        """
        end = monotonic() + self._settings.grace_seconds
        while (len(self._window) or self._spooling) and monotonic() < end and not self._is_safe():
            await asyncio.sleep(_TICK_SECONDS)
        async with self._lock:
            if len(self._window) and not self._spooling:
                await self._spill()
        self._say_what_is_left()

    async def _tick(self) -> None:
        for entry in self._window.settle():
            self._durable(entry)
            self._moved.set()
        async with self._lock:
            since = self._window.waits_since
            if since is not None and monotonic() - since > AWAY_SECONDS and not self._spooling:
                await self._spill()
            if self._spooling and not len(self._window):
                await self._next_segment()
        self._window.send()

    async def _place(self, record: bytes) -> bool:
        """Put a record into the window or the spool; False where both are full."""
        async with self._lock:
            fits = self._window.has_room(record) or (self._spool is None and self._stop.is_set())
            if fits and not self._spooling:
                self._newest = self._window.add(record)
                self._window.send()
                return True
            if not self._spooling and not await self._spill():
                return False
            if not await self._append([record]):
                return False
            self._newest = None
            return True

    def _durable(self, entry: Entry) -> None:
        if entry.notes and self._keeper:
            self._keeper.add(entry.notes)
        entry.notes = None
        if entry is self._newest:
            self._newest = None

    # --- the spool ----------------------------------------------------------------------------------------

    async def _spill(self) -> bool:
        """Write the window to the disk as one segment; from here on all goes there."""
        entries = self._window.entries
        if self._spool is None or not await self._append([each.original or each.record for each in entries]):
            return False
        self._spool.seal()
        for entry in entries:
            self._durable(entry)
        self._spooling = self._is_segment = True
        _LOG.warning("Kafka is away or does not keep up: records wait in the spool")
        return True

    async def _append(self, records: list[bytes]) -> bool:
        if self._spool is None or monotonic() < self._disk_at:
            return False
        try:
            return await _to_its_end(self._spool.append, records)
        except SpoolError as error:
            if not self._disk_at:
                _LOG.warning("%s; the watches are held back until Kafka takes records", error)
            self._disk_at = monotonic() + _RETRY_SECONDS
            return False

    async def _next_segment(self) -> None:
        """The window is empty: the segment that it was is done, and the next one follows."""
        if self._spool is None:
            return
        if self._is_segment:
            self._remove(self._spool)
        self._is_segment = bool(self._spool)
        if not self._is_segment:
            self._spooling, self._disk_at = False, 0.0
            _LOG.info("Kafka has what waited in the spool")
            return
        segment = await _to_its_end(self._spool.read)
        for record in segment.records:
            self._window.add(record)
        if segment.damaged:
            _LOG.error("%s: %s; what is lost is a gap", segment.path, segment.damaged)
            self._window.add(pack([_lost(self._settings.cluster, segment)]))

    def _remove(self, spool: Spool) -> None:
        try:
            spool.remove()
        except OSError as error:
            _LOG.warning("%s cannot be removed, and is sent again at the next start", error.filename)
        self._moved.set()

    # --- the end ------------------------------------------------------------------------------------------

    def _is_safe(self) -> bool:
        """Whether all is on the disk, and Kafka does not take it now."""
        return self._spooling and monotonic() - self._window.answered_at > AWAY_SECONDS

    def _leave(self) -> None:
        """The collector ends, and there is no room: what is not noted is asked for again."""
        if not self._leaving:
            _LOG.warning("there is no room for the last records; the next start asks for them again")
        self._leaving = True

    def _say_what_is_left(self) -> None:
        if self._spooling and self._spool is not None:
            _LOG.warning("records wait in the spool (%d bytes); the next start sends them", self._spool.size)
        elif len(self._window) and self._keeper:
            _LOG.warning(
                "Kafka did not take %d records; the next start asks for them again", len(self._window)
            )
        elif len(self._window):
            raise NotDeliveredError(
                f"{len(self._window)} records for topic {self._settings.topic} are not delivered after "
                f"{self._settings.grace_seconds:g} s: is Kafka reachable, does the topic exist?"
            )


def _lost(cluster: str, segment: Segment) -> Gap:
    """What the segment held was seen up to its last write, and from shortly before its first one."""
    begun = segment.since - 2 * AWAY_SECONDS
    since, until = (datetime.fromtimestamp(each, UTC) for each in (begun, segment.until))
    return Gap(
        cluster=cluster,
        resource="*",
        observed_at=until,
        since=since,
        until=until,
        reason=f"a part of the collector's spool was lost: {segment.damaged}",
    )


async def _either(first: asyncio.Event, second: asyncio.Event) -> None:
    """Wait for one of two events, or for the time after which the disk may be tried again."""
    waiting = [asyncio.ensure_future(each.wait()) for each in (first, second)]
    try:
        await asyncio.wait(waiting, timeout=_RETRY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for each in waiting:
            each.cancel()


async def _to_its_end(call: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Run a call in a thread; whoever cancels the wait waits until it is over: no two use the spool."""
    running = asyncio.ensure_future(asyncio.to_thread(call, *given, **named))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise
