"""Kafka as a transport: idempotent, compressed, and slowing the watch down when it is full."""

import asyncio
import logging

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from collectors.transport import NotDeliveredError
from schemas.contracts import CONTRACT_VERSION
from schemas.topics import MAX_RECORD_BYTES

_LOG = logging.getLogger(__name__)
_FLUSH_SECONDS = 30.0


class KafkaTransport:
    """Sends records of one cluster to one topic, keyed by the cluster, so that they stay in order.

    Delivery is confirmed for each record; one that is lost for good is an error of the next call.
    """

    def __init__(self, bootstrap_servers: str, topic: str, cluster: str) -> None:
        self._topic = topic
        self._key = cluster.encode()
        self._headers: list[tuple[str, str | bytes | None]] = [("v", str(CONTRACT_VERSION).encode())]
        self._lost: list[str] = []
        self._down = False
        self._producer = Producer(_config(bootstrap_servers, self._note_error), logger=_LOG)

    async def send(self, record: bytes) -> None:
        """Take one record; waits while the queue is full."""
        self._raise_lost()
        while True:
            try:
                self._producer.produce(
                    self._topic, record, key=self._key, headers=self._headers, on_delivery=self._delivered
                )
            except BufferError:  # the queue is full: Kafka is slow or away
                await asyncio.to_thread(self._producer.poll, 0.2)
            except KafkaException as error:
                raise NotDeliveredError(f"Kafka refused a record of {len(record)} bytes: {error}") from error
            else:
                self._producer.poll(0)
                return

    async def flush(self) -> None:
        """Wait until Kafka has everything, at most half a minute."""
        left = await asyncio.to_thread(self._producer.flush, _FLUSH_SECONDS)
        self._raise_lost()
        if left:
            raise NotDeliveredError(
                f"{left} records for topic {self._topic} are not delivered after {_FLUSH_SECONDS:.0f} s: "
                "is Kafka reachable, does the topic exist?"
            )

    def _delivered(self, error: KafkaError | None, message: Message) -> None:
        if error is not None:
            self._lost.append(f"{message.topic()}: {error.str()}")
        elif self._down:
            self._down = False
            _LOG.info("Kafka takes records again")

    def _note_error(self, error: KafkaError) -> None:
        if not self._down:  # an outage would say this twenty times a second
            _LOG.warning("Kafka: %s", error.str())
        self._down = True

    def _raise_lost(self) -> None:
        if self._lost:
            raise NotDeliveredError(
                f"Kafka lost {len(self._lost)} records for good; the first: {self._lost[0]}"
            )


def _config(bootstrap_servers: str, on_error: object) -> dict[str, object]:
    return {
        "bootstrap.servers": bootstrap_servers,
        "enable.idempotence": True,
        "compression.type": "zstd",
        "message.max.bytes": MAX_RECORD_BYTES,
        "linger.ms": 20,
        "queue.buffering.max.kbytes": 65_536,  # the bound on memory, and where back-pressure begins
        "message.timeout.ms": 300_000,
        "error_cb": on_error,
        "log_level": 2,  # what matters comes through error_cb, once; the log repeats it twenty times a second
    }
