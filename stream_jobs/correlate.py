"""The correlate job: changes in; sessions, anomalies and edits out; state in the mirror; then acknowledge.

A batch is handled in this order: fold and judge, send what is new and wait; mirror the state and wait;
acknowledge. Judgement is a function of the state, so what is read again after a crash between any two of
these is judged and sent again, with the same ids and versions.
"""

import asyncio
from collections.abc import Callable, Iterator

import faust
import msgspec

from schemas import topics
from schemas.codec import BadLineError, decode_line, encode, pack
from schemas.contracts import Input
from stream_jobs.agents import Event, Output, consume, current, dead_letter, send
from stream_jobs.core.advance import News, advance
from stream_jobs.core.cell import Cell
from stream_jobs.core.cells import Cells
from stream_jobs.faust_app import make_app
from stream_jobs.faust_mirror import FaustMirror
from stream_jobs.mirror import Entry, load_cells
from stream_jobs.settings import CorrelateSettings, set_thresholds

APP_ID = "wakeline-correlate"

_MAX_VALUE_BYTES = topics.MAX_RECORD_BYTES - 4096  # key and headers count too

# Where tests end the process: "before-send", "sent", "flushed". Called with the step just reached.
FaultPoint = Callable[[str], None]


class Work(msgspec.Struct):
    """What came of a batch: records to send, entries to mirror."""

    outputs: list[Output]
    entries: list[Entry]


def make_correlate(settings: CorrelateSettings, fault_point: FaultPoint = lambda _: None) -> faust.App:
    """Return the application of one correlate worker."""
    app = make_app(settings, APP_ID)
    job = Correlate(app, settings, fault_point)
    source = app.topic(topics.CHANGES, key_type=bytes, value_type=bytes)
    app.agent(source, name="correlate")(job.agent)
    return app


class Correlate:
    """Holds the cells of the clusters whose partitions this worker has."""

    def __init__(self, app: faust.App, settings: CorrelateSettings, fault_point: FaultPoint) -> None:
        self._app = app
        self._settings = settings
        self._fault_point = fault_point
        self._mirror = FaustMirror(app)
        self._mirror.on_load(self._load)
        self._thresholds = set_thresholds(settings.threshold)
        self._cells = Cells(self._thresholds)

    async def _load(self) -> None:
        """Take over exactly what the mirror holds; a batch that is under way keeps its own, older cells."""
        self._mirror.forget()
        self._cells = await asyncio.to_thread(load_cells, self._mirror, self._thresholds)

    async def agent(self, stream: faust.StreamT[bytes]) -> None:
        """Correlate each batch, then acknowledge it."""

        async def work(events: list[Event]) -> None:
            # In a thread: a long fold must not keep the loop from Kafka's heartbeats.
            found = await asyncio.to_thread(fold, self._cells, events)
            self._fault_point("before-send")
            await send(self._app, found.outputs)
            self._fault_point("sent")
            if len(current(self._app, events)) < len(events):
                return
            for entry in found.entries:
                self._mirror.put(entry)
            await self._mirror.flush()
            self._fault_point("flushed")
            for event in current(self._app, events):
                await stream.ack(event)

        taken = stream.noack_take(self._settings.batch_records, within=self._settings.batch_seconds)
        await consume(self._app, taken, work)


def fold(cells: Cells, events: list[Event]) -> Work:
    """Advance the cells by the inputs of the records, cluster by cluster, and return what came of it."""
    work = Work([], [])
    inputs: dict[str, list[tuple[Input, Event]]] = {}
    for event in events:
        for line in filter(bytes.strip, (event.value or b"").splitlines()):
            try:
                given = decode_line(line)
            except BadLineError as error:
                work.outputs.append(dead_letter("correlate", event, str(error), line))
            else:
                inputs.setdefault(given.cluster, []).append((given, event))
    for cluster, pairs in inputs.items():
        _advance(cells[cluster], pairs, work)
    return work


def _advance(cell: Cell, pairs: list[tuple[Input, Event]], work: Work) -> None:
    news = advance(cell, [given for given, _ in pairs])
    work.outputs += [_fitting(output, pairs[-1][1]) for output in _records(cell.cluster, news)]
    sources = {id(given): event for given, event in pairs}
    work.outputs += [
        dead_letter("correlate", sources[id(given)], reason, encode(given)) for given, reason in news.refused
    ]
    partition = pairs[0][1].message.partition
    work.entries += [Entry(cell.cluster, key, value, partition) for key, value in cell.take_dirty()]


def _records(cluster: str, news: News) -> Iterator[Output]:
    for topic, items in (
        (topics.SESSIONS, news.sessions),
        (topics.ANOMALIES, news.anomalies),
        (topics.EDITS, news.edits),
    ):
        for item in items:
            yield Output(topic, cluster.encode(), pack([item]))


def _fitting(output: Output, event: Event) -> Output:
    """Return the record, or where Kafka would never take it, the dead letter that says so."""
    if len(output.value) <= _MAX_VALUE_BYTES:
        return output
    reason = f"{len(output.value)} bytes for the topic {output.topic}, at most {_MAX_VALUE_BYTES} fit"
    return dead_letter("correlate", event, reason, output.value)
