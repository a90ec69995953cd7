"""Topics are created once, with their settings, and what is missing is said."""

from collections.abc import Iterator

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

from schemas import topics
from stream_jobs.settings import TopicsSettings
from stream_jobs.topics import TopicsError, check_topics, create_topics
from tests.support.kafka import QUIET, Broker, make_broker
from tests.support.kafka_local import free_port

NAMES = [topic.name for topic in topics.TOPICS]


@pytest.fixture
def broker() -> Iterator[Broker]:
    with make_broker() as broker:
        yield broker


def test_missing_topics_are_created_once(broker: Broker) -> None:
    settings = TopicsSettings(kafka_bootstrap=broker.bootstrap, partitions=3)
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, **QUIET})
    admin.create_topics([NewTopic(topics.EDITS, 1, 1)])[topics.EDITS].result()
    with pytest.raises(
        TopicsError, match=r"has no topic wakeline-correlate-cells-changelog, .*`wakeline topics`"
    ):
        check_topics(broker.bootstrap)
    assert sorted(create_topics(settings)) == sorted(set(NAMES) - {topics.EDITS})
    assert create_topics(settings) == []
    check_topics(broker.bootstrap)
    found = admin.list_topics(timeout=30).topics
    assert {name: len(found[name].partitions) for name in (topics.CHANGES, topics.STATE, topics.EDITS)} == {
        topics.CHANGES: 3,
        topics.STATE: 3,
        topics.EDITS: 1,  # as somebody else made it
    }
    (config,) = admin.describe_configs([ConfigResource(ResourceType.TOPIC, topics.STATE)]).values()
    values = {name: entry.value for name, entry in config.result().items()}
    assert values["cleanup.policy"] == "compact"
    assert values["max.message.bytes"] == str(topics.MAX_RECORD_BYTES)


def test_a_broker_that_refuses_is_one_clear_error(broker: Broker) -> None:
    settings = TopicsSettings(kafka_bootstrap=broker.bootstrap, replication=3)
    with pytest.raises(TopicsError, match=r"^Kafka refuses to create the topic wakeline\.\S+: .*replication"):
        create_topics(settings)


def test_no_broker_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stream_jobs.topics._SECONDS", 0.5)
    address = f"127.0.0.1:{free_port()}"
    with pytest.raises(TopicsError, match=f"^Kafka at {address} does not answer: .*; check kafka_bootstrap$"):
        create_topics(TopicsSettings(kafka_bootstrap=address))
