"""Faust applications with the settings this project fixes, and how they run. Facts: measured on Kafka 4.3."""

import tempfile
from typing import Any

import faust

from schemas.topics import MAX_RECORD_BYTES
from stream_jobs.faust_mended import AskingConsumer, KeepingTopic
from stream_jobs.settings import WorkerSettings


def make_app(settings: WorkerSettings, app_id: str) -> faust.App:
    """Return a new application. One runs once: make another for each start.

    `app_id` names the consumer group and, with a table's name, its changelog topic.
    """
    app = faust.App(
        app_id,
        broker=[f"kafka://{server.strip()}" for server in settings.kafka_bootstrap.split(",")],
        datadir=settings.data_dir or tempfile.mkdtemp(prefix=f"{app_id}-"),  # sharing one is unsupported
        consumer_group_instance_id=settings.instance or None,
        **_FIXED,
    )
    app.transport.Consumer = AskingConsumer
    return app


def run(app: faust.App) -> None:
    """Run in this (main) thread until SIGTERM or SIGINT, then commit and leave the group.

    Ends with SystemExit, as Faust's worker does: 0 after a signal, 1 after a bug in a job.
    """
    worker = faust.Worker(app, loglevel="INFO", quiet=True, redirect_stdouts=False, override_logging=False)
    worker.execute_from_commandline()


_FIXED: dict[str, Any] = {
    "Topic": KeepingTopic,
    "key_serializer": "raw",
    "value_serializer": "raw",  # bytes in, bytes out; the jobs decode
    "store": "memory://",
    "table_standby_replicas": 0,  # a second copy would be read by every worker and used by none
    "topic_allow_declare": False,  # topics are made by the deployment
    "topic_disable_leader": True,  # no helper topic
    "web_enabled": False,  # otherwise every worker opens port 6066
    "consumer_auto_offset_reset": "earliest",
    # A killed worker's partitions stand still until the broker gives up on it: 60 s by default.
    "broker_session_timeout": 10.0,
    "broker_heartbeat_interval": 3.0,
    # Work repeated after a crash is at most this much.
    "broker_commit_interval": 1.0,
    "broker_commit_every": 1_000,
    # The bound on memory: records, each of up to 256 KB and seldom more.
    "broker_max_poll_records": 100,
    "stream_buffer_maxsize": 64,
    "stream_wait_empty": False,
    "consumer_max_fetch_size": 4 * 1024 * 1024,
    "producer_max_request_size": MAX_RECORD_BYTES,
    "producer_linger": 0.02,  # seconds, unlike librdkafka's milliseconds
    "producer_compression_type": "lz4",
    "producer_acks": -1,
}
