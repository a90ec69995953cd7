"""Settings of the stream jobs. `wakeline` makes flags, environment variables and a file of them."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from stream_jobs.core.failures import thresholds
from stream_jobs.core.thresholds import read_thresholds

Address = Annotated[str, Meta(description="address of ClickHouse's HTTP interface")]
User = Annotated[str, Meta(description="user of ClickHouse")]
Password = Annotated[str, Meta(description="password of that user")]
Database = Annotated[str, Meta(description="database the tables live in")]


class WorkerSettings(Struct, frozen=True, kw_only=True):
    """What every worker on Kafka needs."""

    kafka_bootstrap: Annotated[str, Meta(description="Kafka's bootstrap servers")] = "localhost:9092"
    instance: Annotated[
        str,
        Meta(
            description="stable and unique name of this worker, such as its pod's name in a StatefulSet: "
            "back after a crash in 3 s instead of 10; empty: none"
        ),
    ] = ""
    data_dir: Annotated[str, Meta(description="folder for Faust's own files; empty: a temporary one")] = ""
    batch_records: Annotated[int, Meta(description="records handled at once, at most", ge=1, le=1000)] = 50
    batch_seconds: Annotated[float, Meta(description="a batch waits so long to be filled", gt=0)] = 0.5
    log_format: Annotated[Literal["text", "json"], Meta(description="what a line of the log is")] = "text"
    alive_file: Annotated[
        str,
        Meta(description="file that is touched every 5 s while all is well, for a health check; empty: none"),
    ] = ""


Thresholds = Annotated[
    tuple[str, ...],
    Meta(
        description="threshold to set, as pod-stuck-terminating.patience=5m; may be given several times",
        extra={"metavar": "NAME=VALUE"},
    ),
]


class CorrelateSettings(WorkerSettings, frozen=True, kw_only=True):
    """Settings of `wakeline correlate`."""

    threshold: Thresholds = ()


def set_thresholds(texts: tuple[str, ...]) -> dict[str, float]:
    """Return what the setting sets, by threshold. Raises ThresholdError."""
    return read_thresholds(texts, thresholds())


class StoreSettings(WorkerSettings, frozen=True, kw_only=True):
    """Settings of `wakeline store`."""

    clickhouse: Address = "http://localhost:8123"
    clickhouse_user: User = "default"
    clickhouse_password: Password = ""
    clickhouse_database: Database = "default"
    batch_records: Annotated[int, Meta(description="records inserted at once, at most", ge=1, le=1000)] = 64
    batch_seconds: Annotated[float, Meta(description="a batch waits so long to be filled", gt=0)] = 1.0
    retry_seconds: Annotated[
        float, Meta(description="longest pause between two tries while ClickHouse is away", gt=0)
    ] = 30.0


class MigrateSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline migrate`."""

    clickhouse: Address = "http://localhost:8123"
    clickhouse_user: User = "default"
    clickhouse_password: Password = ""
    clickhouse_database: Database = "default"
    retention_days: Annotated[int, Meta(description="days that rows are kept", ge=1)] = 400


class TopicsSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline topics`."""

    kafka_bootstrap: Annotated[str, Meta(description="Kafka's bootstrap servers")] = "localhost:9092"
    partitions: Annotated[
        int, Meta(description="partitions of each topic: so many workers share the clusters, at most", ge=1)
    ] = 8
    replication: Annotated[int, Meta(description="copies of each partition; 3 in production", ge=1)] = 1
