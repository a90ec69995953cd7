"""The collector as a program part: a cluster into a transport, until told to stop."""

import asyncio

from collectors.cluster import Collector
from collectors.delivery import Delivery
from collectors.packing import Packer
from collectors.producer import KafkaTransport
from collectors.settings import CollectSettings
from collectors.stats import Stats
from collectors.transport import Transport


async def collect(
    settings: CollectSettings, stop: asyncio.Event, transport: Transport | None = None
) -> Stats:
    """Collect the cluster into Kafka (or the given transport) until `stop` is set; return what was counted.

    Raises AccessError where the cluster cannot be reached, NotDeliveredError where records were not.
    """
    stats = Stats()
    if transport is None:
        transport = KafkaTransport(settings.kafka_bootstrap, settings.topic, settings.cluster)
    delivery = Delivery(transport, Packer(linger_seconds=settings.linger_seconds), stats)
    try:
        async with asyncio.TaskGroup() as tasks:
            lingering = tasks.create_task(_linger(delivery, settings.linger_seconds))
            await Collector(settings, delivery, stats).run(stop)
            lingering.cancel()
    except BaseExceptionGroup as group:
        raise _first(group) from group
    await delivery.close()
    return stats


async def _linger(delivery: Delivery, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        await delivery.linger()


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what went wrong first: one fault ends every watch, and says the same in each."""
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
