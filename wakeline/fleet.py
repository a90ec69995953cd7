"""The fleet's parts as processes: their errors in a user's words, their log on stderr."""

import asyncio
import logging
import re
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import faust
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from collectors.access import AccessError
from collectors.collect import collect
from collectors.metrics import MetricsError
from collectors.settings import CollectSettings
from collectors.state import InUseError
from collectors.stats import Stats
from collectors.transport import NotDeliveredError
from stream_jobs.clickhouse import connect
from stream_jobs.correlate import make_correlate
from stream_jobs.faust_app import run
from stream_jobs.migrate import MigrationError, migrate
from stream_jobs.settings import CorrelateSettings, MigrateSettings, StoreSettings, TopicsSettings
from stream_jobs.store import make_store
from stream_jobs.topics import TopicsError, check_topics, create_topics
from wakeline.alive import BEAT_SECONDS, beat, check_alive_file, keep_beating
from wakeline.cli.options import thresholds_of
from wakeline.errors import UserError
from wakeline.logs import log_to_stderr
from wakeline.signals import stop_on_signals

Job = TypeVar("Job", CorrelateSettings, StoreSettings)

_LOG = logging.getLogger("wakeline")


def run_collector(settings: CollectSettings) -> None:
    """Collect until a signal comes."""
    check_alive_file(settings.alive_file)
    _log(settings.log_format)
    try:
        stats = asyncio.run(_collect(settings))
    except (AccessError, NotDeliveredError, InUseError, MetricsError) as error:
        raise UserError(str(error)) from error
    _LOG.info("stopped: %d changes in %d records were delivered", stats.sent, stats.records)


def run_correlate(settings: CorrelateSettings) -> None:
    """Correlate until a signal comes; ends with SystemExit. Raises UserError for a wrong threshold."""
    thresholds_of(settings.threshold)
    _run_job(make_correlate, settings)


def run_store(settings: StoreSettings) -> None:
    """Store until a signal comes; ends with SystemExit."""
    _run_job(make_store, settings)


def make_topics(settings: TopicsSettings) -> list[str]:
    """Make the topics that are missing; return their names."""
    try:
        return create_topics(settings)
    except TopicsError as error:
        raise UserError(str(error)) from error


def apply_migrations(settings: MigrateSettings) -> list[str]:
    """Bring ClickHouse up to date; return the names of what was new."""
    logging.getLogger("clickhouse_connect").addHandler(logging.NullHandler())  # we say it ourselves
    client = _connect(settings)
    try:
        return migrate(client, settings.retention_days)
    except (MigrationError, DatabaseError) as error:
        raise UserError(f"{settings.clickhouse}: {_line(error)}") from error
    finally:
        client.close()


async def _collect(settings: CollectSettings) -> Stats:
    beating = asyncio.create_task(keep_beating(settings.alive_file)) if settings.alive_file else None
    try:
        return await collect(settings, stop_on_signals())
    finally:
        if beating:
            beating.cancel()


def _run_job(make: Callable[[Job], faust.App], settings: Job) -> None:
    check_alive_file(settings.alive_file)
    _check_topics(settings.kafka_bootstrap)
    _log(settings.log_format)
    app = make(settings)
    if settings.alive_file:
        app.timer(BEAT_SECONDS, name="alive")(partial(beat, settings.alive_file))
    run(app)


def _check_topics(bootstrap: str) -> None:
    try:
        check_topics(bootstrap)
    except TopicsError as error:
        raise UserError(str(error)) from error


def _connect(settings: MigrateSettings) -> Client:
    try:
        return connect(settings)
    except ValueError as error:
        raise UserError(str(error)) from error
    except DatabaseError as error:
        raise UserError(
            f"ClickHouse at {settings.clickhouse} does not answer or refuses: {_line(error)}"
        ) from error


def _line(error: Exception) -> str:
    """The error in one line; of a connection that failed, only what the system said of it."""
    text = " ".join(str(error).split())
    refused = re.search(r"\[Errno \d+\] ([^')]+)", text)
    return (refused[1] if refused else text)[:500]


def _log(form: str) -> None:
    log_to_stderr("%(asctime)s %(levelname)s %(name)s: %(message)s", logging.INFO, as_json=form == "json")
