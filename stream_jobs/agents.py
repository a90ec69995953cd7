"""What both jobs share around their work: nothing is lost, whatever happens between taking and acknowledging.

Rules (each one lost records in measurements where it was broken): `concurrency` stays 1; no exception leaves
an agent; what was taken before a rebalance is dropped, before the work and before the acknowledgement.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

import faust
import msgspec
from aiokafka.errors import KafkaError
from faust.exceptions import ProducerSendError

from schemas import topics
from schemas.codec import pack
from schemas.contracts import DeadLetter

Event = Any  # faust.EventT with bytes in it

MAX_BODY_BYTES = 64 * 1024
RETRY_SECONDS = 1.0

log = logging.getLogger(__name__)


class Output(msgspec.Struct, frozen=True):
    """One record to send."""

    topic: str
    key: bytes
    value: bytes


def current(app: faust.App, events: Iterable[Event]) -> list[Event]:
    """Return those that this worker was given in the present generation of its group.

    The buffer of `take` outlives a rebalance. What it holds from before comes again, to its new owner.
    """
    return [event for event in events if event.message.generation_id == app.consumer_generation_id]


async def consume(
    app: faust.App, taken: AsyncIterator[Sequence[Event]], work: Callable[[list[Event]], Awaitable[None]]
) -> None:
    """Do the work for each batch. A bug in it stops the worker, with the batch not acknowledged."""
    async for batch in taken:
        try:
            await work(current(app, batch))
        except Exception as error:  # leaving the agent, it would skip the batch for good
            log.critical("a bug: the worker stops, its input stays unacknowledged", exc_info=error)
            await app.crash(error)
            await _wait_for_the_end()


async def send(app: faust.App, outputs: Sequence[Output]) -> None:
    """Send all records in order, and wait until Kafka has them, however long it is away."""
    pending = list(outputs)
    while pending:
        futures = [await _start(app, each) for each in pending]
        pending = [each for each, future in zip(pending, futures, strict=True) if not await arrived(future)]
        if pending:
            await asyncio.sleep(RETRY_SECONDS)


def dead_letter(stage: str, event: Event, reason: str, body: bytes) -> Output:
    """Return the record that says why `body`, a record or a line of one, could not be taken."""
    message = event.message
    cluster = (message.key or b"").decode(errors="backslashreplace")
    letter = DeadLetter(
        cluster=cluster,
        at=datetime.now(UTC),
        stage=stage,
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        reason=reason,
        body=body[:MAX_BODY_BYTES].decode(errors="backslashreplace"),
    )
    return Output(topics.DEAD_LETTERS, message.key or b"", pack([letter]))


async def arrived(future: Awaitable[object] | None) -> bool:
    """Wait for a record that is being sent; tell whether Kafka has it."""
    if future is None:
        return False
    try:
        await future
    except (KafkaError, ProducerSendError) as error:
        log.warning("Kafka did not take a record: %s", error)
        return False
    return True


async def _start(app: faust.App, output: Output) -> Awaitable[object] | None:
    topic = app.topic(output.topic, key_type=bytes, value_type=bytes)
    try:
        future: Awaitable[object] = await topic.send(key=output.key, value=output.value)
    except (KafkaError, ProducerSendError) as error:
        log.warning("Kafka did not take a record: %s", error)
        return None
    return future


async def _wait_for_the_end() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")
