"""Kafka's producer for one cluster's records: idempotent, compressed, each answer told."""

import logging
from collections.abc import Callable
from typing import Literal, Protocol

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.contracts import CONTRACT_VERSION
from schemas.topics import MAX_RECORD_BYTES

_LOG = logging.getLogger(__name__)
_TOO_LARGE = (KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_MSG_SIZE)

Answer = Literal["taken", "too large", "failed"]
Told = Callable[[Answer], None]


class Client(Protocol):
    """Takes records for a topic, in order, and tells for each what became of it."""

    def produce(self, topic: str, record: bytes, told: Told) -> bool:
        """Take one record; False while there is no room. `told` is called once, here or within `poll`."""
        ...

    def poll(self) -> None:
        """Tell what became of records; does not wait."""
        ...

    def close(self) -> None:
        """Give up what was not answered."""
        ...


class KafkaClient:
    """Sends records of one cluster, keyed by the cluster, so that they stay in order (a Client).

    Kafka's absence is waited out, however long it lasts; what it refuses is told as "failed".
    """

    def __init__(self, bootstrap_servers: str, cluster: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._key = cluster.encode()
        self._headers: list[tuple[str, str | bytes | None]] = [("v", str(CONTRACT_VERSION).encode())]
        self._down = False
        self._producer = self._make()

    def produce(self, topic: str, record: bytes, told: Told) -> bool:
        """Take one record; False while the queue is full."""
        try:
            self._producer.produce(
                topic,
                record,
                key=self._key,
                headers=self._headers,
                on_delivery=lambda error, message: self._delivered(error, message, told),
            )
        except BufferError:
            return False
        except KafkaException as error:
            self._refused(error.args[0], told)
        return True

    def poll(self) -> None:
        """Run what is due."""
        self._producer.poll(0)

    def close(self) -> None:
        """Give up what was not answered."""
        self._producer.purge()
        self._producer.poll(0)

    def _make(self) -> Producer:
        return Producer(_config(self._bootstrap_servers, self._note_error), logger=_LOG)

    def _delivered(self, error: KafkaError | None, message: Message, told: Told) -> None:
        if error is not None:
            self._refused(error, told)
            return
        if self._down:
            self._down = False
            _LOG.info("Kafka takes records again")
        told("taken")

    def _refused(self, error: KafkaError, told: Told) -> None:
        if error.code() in _TOO_LARGE:
            told("too large")
            return
        told("failed")
        self._note_error(error)
        if error.fatal():  # this producer will never send again; what it holds is told as failed
            old, self._producer = self._producer, self._make()
            old.purge()
            old.poll(0)

    def _note_error(self, error: KafkaError) -> None:
        if error.code() == KafkaError._PURGE_QUEUE:  # noqa: SLF001 - it is how the library names it
            return
        if not self._down:  # an outage would say this twenty times a second
            _LOG.warning("Kafka does not take records, which wait: %s", error.str())
        self._down = True


def _config(bootstrap_servers: str, on_error: object) -> dict[str, object]:
    return {
        "bootstrap.servers": bootstrap_servers,
        "enable.idempotence": True,
        "compression.type": "zstd",
        "message.max.bytes": MAX_RECORD_BYTES,
        "linger.ms": 20,
        "queue.buffering.max.kbytes": 65_536,  # more than waits for answers, see outbox.py
        "message.timeout.ms": 0,  # whoever waits knows better how long
        "reconnect.backoff.max.ms": 2_000,
        "error_cb": on_error,
        "log_level": 2,  # what matters comes through error_cb, once; the log repeats it twenty times a second
    }
