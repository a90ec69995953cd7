"""The collector as a program part: a cluster into a transport, until told to stop."""

import asyncio
import logging
import sqlite3
from collections.abc import Coroutine, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from collectors.bookkeeping import Bookkeeper
from collectors.clock import system_clock
from collectors.cluster import Collector
from collectors.delivery import Delivery
from collectors.metrics import Meter, serving
from collectors.notes import Notes, Remembered
from collectors.outbox import Outbox
from collectors.packing import Packer
from collectors.producer import Client, KafkaClient
from collectors.settings import CollectSettings
from collectors.spool import Spool, SpoolError
from collectors.state import Folder, InUseError, State, StateError, open_state
from collectors.stats import Stats
from collectors.transport import Transport

_LOG = logging.getLogger(__name__)
_SPOOL = "spool"


class Kept(msgspec.Struct):
    """What a state folder holds, open: what is remembered, who writes it down, and the spool."""

    state: State
    remembered: Remembered
    keeper: Bookkeeper
    spool: Spool | None

    def end(self) -> None:
        """The collector ended well, and has written down all that it told."""
        try:
            self.state.end()
        except sqlite3.Error as error:
            _LOG.warning("the state cannot be written: %s", error)


class _Notebook:
    """Notes from a collector, to whoever knows when they are durable."""

    def __init__(self, collector: Collector, outbox: Outbox) -> None:
        self._collector = collector
        self.sent = outbox.sent

    def take(self) -> Notes | None:
        """Return what is new."""
        return self._collector.take_notes() or None


async def collect(
    settings: CollectSettings, stop: asyncio.Event, transport: Transport | None = None
) -> Stats:
    """Collect the cluster into Kafka (or the given transport) until `stop` is set; return what was counted.

    Raises AccessError where the cluster cannot be reached, NotDeliveredError where records were not,
    InUseError where another collector has the state folder, MetricsError where the port cannot be opened.
    """
    if transport is not None:
        return await _run(settings, stop, transport)
    client = KafkaClient(settings.kafka_bootstrap, settings.cluster)
    try:
        return await collect_through(client, settings, stop)
    finally:
        client.close()


async def collect_through(client: Client, settings: CollectSettings, stop: asyncio.Event) -> Stats:
    """Collect the cluster through a client of Kafka, with state folder and spool where there are any."""
    with ExitStack() as closing:
        kept = _open_kept(settings, closing) if settings.state_dir else None
        if kept is None:
            outbox = Outbox(settings, client, stop)
            return await _run(settings, stop, outbox, [outbox.run()])
        outbox = Outbox(settings, client, stop, kept.spool, kept.keeper)
        try:
            stats = await _run(settings, stop, outbox, [outbox.run(), kept.keeper.run()], kept)
        finally:
            await kept.keeper.write()
        kept.end()
        return stats


async def _run(
    settings: CollectSettings,
    stop: asyncio.Event,
    transport: Transport,
    beside: Sequence[Coroutine[None, None, None]] = (),
    kept: Kept | None = None,
) -> Stats:
    stats = Stats()
    delivery = Delivery(transport, Packer(linger_seconds=settings.linger_seconds), stats)
    collector = Collector(settings, delivery, stats)
    if kept and isinstance(transport, Outbox):
        collector.remember(kept.remembered)
        delivery.books = _Notebook(collector, transport)
    spool = kept.spool if kept else None
    meter = Meter(cluster=settings.cluster, stats=stats, spool_bytes=lambda: spool.size if spool else 0)
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(each) for each in (_linger(delivery, settings.linger_seconds), *beside)
            ]
            async with serving(settings, meter):
                await collector.run(stop)
                await delivery.close()
            for task in running:
                task.cancel()
    except BaseExceptionGroup as group:
        raise _first(group) from group
    return stats


def _open_kept(settings: CollectSettings, closing: ExitStack) -> Kept | None:
    """Open the state folder; where it cannot be written, say so once and go on without."""
    path = Path(settings.state_dir).expanduser()
    with ExitStack() as opened:
        try:
            opened.enter_context(Folder(path))
            state = open_state(path, settings.cluster)
            opened.callback(state.close)
            killed_after = state.begin(system_clock())
        except InUseError:
            raise
        except (StateError, sqlite3.Error) as error:
            _LOG.warning("%s; going on without: a restart lists everything again", error)
            return None
        closing.enter_context(opened.pop_all())
    remembered = msgspec.structs.replace(state.remembered(), killed_after=killed_after)
    return Kept(state, remembered, Bookkeeper(state), _open_spool(path, settings, closing))


def _open_spool(path: Path, settings: CollectSettings, closing: ExitStack) -> Spool | None:
    try:
        spool = Spool(path / _SPOOL, settings.spool_mib * 1024 * 1024)
    except SpoolError as error:
        _LOG.warning("%s; while Kafka is away, the watches are held back", error)
        return None
    closing.callback(spool.seal)
    return spool


async def _linger(delivery: Delivery, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await delivery.linger()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what went wrong first: one fault ends every watch, and says the same in each."""
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
