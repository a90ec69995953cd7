"""The page of the Kafka topics."""

from schemas.topics import TOPICS
from wakeline.reference.markdown import listed, page, table


def topics() -> str:
    """Return the page of the Kafka topics."""
    rows = [
        (
            f"`{topic.name}`",
            topic.holds,
            topic.key,
            listed(f"`{k}={v}`" for k, v in sorted(topic.config.items())),
        )
        for topic in TOPICS
    ]
    return page(
        "Kafka topics",
        "`wakeline topics` makes those that are missing. Nothing is made on first use.",
        table(("topic", "holds", "key", "settings"), rows),
    )
