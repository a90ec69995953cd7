"""A migrated database of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client

from stream_jobs.migrate import migrate


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Client]:
    client = clickhouse_connect.get_client(interface="chdb", path=str(tmp_path / "chdb"), tz_mode="aware")
    yield client
    client.close()


@pytest.fixture
def database(empty: Client) -> Client:
    migrate(empty)
    return empty
