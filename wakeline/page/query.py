"""How the page asks the store: one statement, its parameters bound, rows back."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Protocol

from clickhouse_connect.driver.client import Client

Row = Mapping[str, Any]


class Query(Protocol):
    """Runs one SELECT. Values only ever come as parameters: `{name:Type}` in the text.

    Times in the rows are aware and UTC. Raises clickhouse-connect's errors where the store is away.
    """

    async def __call__(self, sql: str, **parameters: Any) -> list[Row]:
        """Return the rows by column name."""
        ...


class ClientQuery:
    """A Query over a clickhouse-connect client that nobody else uses, in a thread of its own."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._thread = ThreadPoolExecutor(1, "page")  # a client takes one statement at a time

    async def __call__(self, sql: str, **parameters: Any) -> list[Row]:
        """Return the rows by column name."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, sql, parameters)

    def close(self) -> None:
        """Wait for the statement that runs; the client stays open."""
        self._thread.shutdown()

    def _run(self, sql: str, parameters: dict[str, Any]) -> list[Row]:
        found = self._client.query(sql, parameters=parameters)
        return [dict(zip(found.column_names, map(_aware, row), strict=True)) for row in found.result_rows]


def _aware(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value
