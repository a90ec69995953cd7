"""The broker of the tests keeps its log over a stop and a crash, and serves both group protocols."""

from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient, NewTopic

from tests.support.kafka import QUIET, Broker, make_broker, send


def read(broker: Broker, protocol: str) -> list[bytes]:
    config = {
        "bootstrap.servers": broker.bootstrap,
        "group.id": protocol,
        "group.protocol": protocol,
        **QUIET,
    }
    consumer = Consumer({**config, "auto.offset.reset": "earliest"})
    consumer.subscribe(["changes"])
    found: list[bytes] = []
    while len(found) < 2:
        message = consumer.poll(1.0)
        if message is not None and message.error() is None:
            found.append(message.value() or b"")
    consumer.close()
    return found


def test_restart_and_crash_keep_the_log() -> None:
    with make_broker() as broker:
        admin = AdminClient({"bootstrap.servers": broker.bootstrap, **QUIET})
        admin.create_topics([NewTopic("changes", 1, 1)])["changes"].result()
        send(broker, "changes", ("a", b"1"))
        broker.restart()
        send(broker, "changes", ("b", b"2"))
        broker.kill()
        broker.start()
        assert read(broker, "classic") == [b"1", b"2"]
        assert read(broker, "consumer") == [b"1", b"2"]
