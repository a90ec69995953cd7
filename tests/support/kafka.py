"""A Kafka broker for a test, in a container where Docker answers, else from the jars; and its clients."""

import math
import os
import shutil
import threading
import time
from collections.abc import Callable
from functools import cache

import pytest
from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Producer,
    TopicPartition,
)

from schemas.topics import MAX_RECORD_BYTES
from tests.support.kafka_container import KafkaInContainer, docker_answers
from tests.support.kafka_local import KafkaLocal

Broker = KafkaLocal | KafkaInContainer

LARGE = {"message.max.bytes": MAX_RECORD_BYTES}
QUIET = {"log_level": 0}  # librdkafka writes to stderr where a broker is away, as it is in some tests


def make_broker() -> Broker:
    """Return a broker to start, or skip the test, naming what is missing.

    With WAKELINE_REQUIRE_ALL=1 in the environment the test fails instead.
    """
    if _container_works():
        return KafkaInContainer()
    if missing := [tool for tool in ("java", "mvn") if shutil.which(tool) is None]:
        reason = f"needs {' and '.join(missing)}: apt-get install openjdk-17-jre-headless maven"
        if os.environ.get("WAKELINE_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return KafkaLocal()


@cache
def _container_works() -> bool:
    return docker_answers()


def send(broker: Broker, topic: str, *records: tuple[str, bytes]) -> None:
    """Produce (key, value) records, and wait until the broker has them."""
    producer = Producer({"bootstrap.servers": broker.bootstrap, "compression.type": "zstd", **LARGE, **QUIET})
    for key, value in records:
        producer.produce(topic, key=key, value=value)
    assert producer.flush(30) == 0


def eventually(check: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until `check` is true; for what another process does, where there is no event to wait for."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not check():
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        pause.wait(0.1)


def drain(broker: Broker, *topics: str) -> list[bytes]:
    """Return the values of all records that the topics hold now."""
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "drain", **QUIET})
    left: dict[tuple[str, int], int] = {}
    for topic in topics:
        for number in consumer.list_topics(topic, timeout=30).topics[topic].partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=30)
            if high > low:
                left[topic, number] = high
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for topic, number in left])
    values: list[bytes] = []
    while left:
        message = consumer.poll(5.0)
        assert message is not None
        assert message.error() is None
        values.append(message.value() or b"")
        if left[message.topic(), message.partition()] == message.offset() + 1:
            del left[message.topic(), message.partition()]
    consumer.close()
    return values


def lag(broker: Broker, group: str, *topics: str) -> float:
    """Return how many records of the topics the group has not acknowledged yet.

    Infinite while the broker cannot say: a fresh one loads its coordinator for a second.
    """
    consumer = Consumer({"bootstrap.servers": broker.bootstrap, "group.id": group, **QUIET})
    try:
        return sum(_lag(consumer, topic) for topic in topics)
    except KafkaException as error:
        if not error.args[0].retriable() and error.args[0].code() != KafkaError.NOT_COORDINATOR:
            raise
        return math.inf
    finally:
        consumer.close()


def _lag(consumer: Consumer, topic: str) -> int:
    total = 0
    numbers = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    for found in consumer.committed([TopicPartition(topic, number) for number in numbers], timeout=30):
        low, high = consumer.get_watermark_offsets(found, timeout=30)
        total += high - max(found.offset, low)
    return total
