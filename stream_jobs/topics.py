"""Create the Kafka topics that are missing, and tell which are."""

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic

from schemas.topics import TOPICS
from stream_jobs.settings import TopicsSettings

_SECONDS = 30.0


class TopicsError(RuntimeError):
    """Kafka does not answer, refuses, or lacks topics; the message says what to do."""


def create_topics(settings: TopicsSettings) -> list[str]:
    """Create what is missing and return its names. Safe to repeat, and to run in two places at once.

    Raises TopicsError where Kafka is away or refuses.
    """
    admin = _admin(settings.kafka_bootstrap)
    existing = _existing(admin, settings.kafka_bootstrap)
    wanted = [
        NewTopic(topic.name, settings.partitions, settings.replication, config=topic.config)
        for topic in TOPICS
        if topic.name not in existing
    ]
    futures = admin.create_topics(wanted, operation_timeout=_SECONDS) if wanted else {}
    return [name for name, future in futures.items() if _was_created(name, future)]


def check_topics(bootstrap: str) -> None:
    """Raise TopicsError where Kafka is away or a topic is missing: nothing is created by first use."""
    if missing := {topic.name for topic in TOPICS} - _existing(_admin(bootstrap), bootstrap):
        raise TopicsError(
            f"Kafka at {bootstrap} has no topic {', '.join(sorted(missing))}: run `wakeline topics`"
        )


def _admin(bootstrap: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})


def _existing(admin: AdminClient, bootstrap: str) -> set[str]:
    try:
        return set(admin.list_topics(timeout=_SECONDS).topics)
    except KafkaException as error:
        reason = error.args[0].str() if error.args else str(error)
        raise TopicsError(f"Kafka at {bootstrap} does not answer: {reason}; check kafka_bootstrap") from error


def _was_created(name: str, future: "object") -> bool:
    try:
        future.result()  # type: ignore[attr-defined]
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:  # somebody else was faster
            return False
        raise TopicsError(f"Kafka refuses to create the topic {name}: {error.args[0].str()}") from error
    return True
