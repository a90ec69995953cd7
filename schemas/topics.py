"""The Kafka topics: names, keys, and the settings they need."""

import msgspec

MAX_RECORD_BYTES = 10 * 1024 * 1024  # an object can be larger than Kafka's default of 1 MB

CHANGES = "wakeline.changes"
SESSIONS = "wakeline.sessions"
ANOMALIES = "wakeline.anomalies"
EDITS = "wakeline.edits"
DEAD_LETTERS = "wakeline.dead-letters"
STATE = "wakeline-correlate-cells-changelog"  # Faust's own name for the changelog of the table "cells"


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic as the deployment makes it. Partition counts come from the settings."""

    name: str
    holds: str
    key: str
    config: dict[str, str]


_DATA = {"max.message.bytes": str(MAX_RECORD_BYTES), "compression.type": "producer"}
_WEEK = {"retention.ms": str(7 * 24 * 3600 * 1000)}

TOPICS: tuple[Topic, ...] = (
    Topic(name=CHANGES, holds="Change, Progress and Gap, packed", key="cluster", config=_DATA | _WEEK),
    Topic(name=SESSIONS, holds="Session, one a record", key="cluster", config=_DATA | _WEEK),
    Topic(name=ANOMALIES, holds="Anomaly, one a record", key="cluster", config=_DATA | _WEEK),
    Topic(name=EDITS, holds="Edit, one a record", key="cluster", config=_DATA | _WEEK),
    Topic(name=DEAD_LETTERS, holds="DeadLetter, one a record", key="cluster", config=_DATA | _WEEK),
    Topic(
        name=STATE,
        holds="the correlator's cells, by cluster and object",
        key="cluster/entry",
        config=_DATA | {"cleanup.policy": "compact"},
    ),
)
