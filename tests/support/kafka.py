"""A Kafka broker for a test, in a container where Docker answers, else from the jars; and its clients."""

import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from functools import cache

import pytest
from confluent_kafka import Consumer, Producer

from tests.support.kafka_container import KafkaInContainer, docker_answers
from tests.support.kafka_local import KafkaLocal

Broker = KafkaLocal | KafkaInContainer

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
    producer = Producer({"bootstrap.servers": broker.bootstrap, "compression.type": "zstd", **QUIET})
    for key, value in records:
        producer.produce(topic, key=key, value=value)
    assert producer.flush(30) == 0


def read(broker: Broker, topics: Sequence[str], enough: Callable[[list[bytes]], bool]) -> list[bytes]:
    """Return the values of all records from the beginning, once `enough` of them are there."""
    config = {"bootstrap.servers": broker.bootstrap, "group.id": f"read-{time.monotonic_ns()}", **QUIET}
    consumer = Consumer({**config, "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe(list(topics))
    values: list[bytes] = []
    deadline = time.monotonic() + 60
    try:
        while not enough(values):
            assert time.monotonic() < deadline, f"{len(values)} records of {topics}, waiting for more"
            message = consumer.poll(0.2)
            if message is not None and message.error() is None:
                values.append(message.value() or b"")
    finally:
        consumer.close()
    return values


def eventually(check: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until `check` is true; for what another process does, where there is no event to wait for."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not check():
        assert time.monotonic() < deadline, f"not true within {seconds} s"
        pause.wait(0.1)
