"""The fleet's parts: `wakeline collect`, `correlate`, `store`, `topics`, `migrate`."""

import sys

from collectors.settings import CollectSettings
from stream_jobs.settings import CorrelateSettings, MigrateSettings, StoreSettings, TopicsSettings


def collect(settings: CollectSettings) -> None:
    """Collect one cluster into Kafka, until SIGTERM or Ctrl-C.

    Needs the right to get, list and watch (`wakeline rbac` prints it), and changes nothing. What looks like a
    secret is removed before anything is sent.

    For example:

        wakeline collect --cluster training-eu --kafka-bootstrap kafka:9092
    """
    from wakeline.fleet import run_collector

    run_collector(settings)


def correlate(settings: CorrelateSettings) -> None:
    """Turn the changes in Kafka into sessions, anomalies and edits, until SIGTERM or Ctrl-C.

    May run several times: Kafka shares the clusters among the workers.

    For example:

        wakeline correlate --kafka-bootstrap kafka:9092
    """
    from wakeline.fleet import run_correlate

    run_correlate(settings)


def store(settings: StoreSettings) -> None:
    """Put what is in Kafka into ClickHouse, until SIGTERM or Ctrl-C.

    Waits while ClickHouse is away. May run several times.

    For example:

        wakeline store --kafka-bootstrap kafka:9092 --clickhouse http://clickhouse:8123
    """
    from wakeline.fleet import run_store

    run_store(settings)


def topics(settings: TopicsSettings) -> None:
    """Make the Kafka topics that are missing, and say which; safe to repeat.

    For example:

        wakeline topics --kafka-bootstrap kafka:9092 --replication 3
    """
    from wakeline.fleet import make_topics

    made = make_topics(settings)
    sys.stdout.write(f"made {', '.join(sorted(made))}\n" if made else "all topics are there\n")


def migrate(settings: MigrateSettings) -> None:
    """Bring ClickHouse's tables and views up to date, and say what was new; safe to repeat.

    For example:

        wakeline migrate --clickhouse http://clickhouse:8123
    """
    from wakeline.fleet import apply_migrations

    applied = apply_migrations(settings)
    sys.stdout.write(f"applied {', '.join(applied)}\n" if applied else "all tables are up to date\n")
