"""Apply schemas/clickhouse/*.sql, once each, in number order, and set how long rows are kept."""

import hashlib
import re
from pathlib import Path

from clickhouse_connect.driver.client import Client

import schemas

SQL = Path(schemas.__file__).parent / "clickhouse"
RETENTION_DAYS = 400
STATS_DAYS = 30  # nobody asks for a collector's lag of last year, and it writes a row every few seconds

_LEDGER = """
CREATE TABLE IF NOT EXISTS migrations (
    name       String COMMENT 'Name of the file, without .sql',
    checksum   String COMMENT 'SHA-256 of the file: a shipped migration never changes',
    applied_at DateTime('UTC') DEFAULT now() COMMENT 'When it was applied'
) ENGINE = MergeTree ORDER BY name
COMMENT 'Which migrations were applied'
"""
_TTL = re.compile(r"TTL stored_at \+ toIntervalDay\((\d+)\)")


class MigrationError(RuntimeError):
    """The database and the shipped migrations do not fit together; the message says what to do."""


def migrate(client: Client, retention_days: int = RETENTION_DAYS, folder: Path = SQL) -> list[str]:
    """Bring the database up to date; return the names newly applied, in order.

    Safe to repeat, also after a stop in the middle: every statement creates only what is missing.
    Raises MigrationError where an applied file was changed afterwards or `retention_days` is less than 1.
    """
    if retention_days < 1:
        raise MigrationError(f"retention_days must be at least 1, got {retention_days}")
    client.command(_LEDGER)
    done = {
        str(name): str(sum_)
        for name, sum_ in client.query("SELECT name, checksum FROM migrations").result_rows
    }
    fresh = [path for path in sorted(folder.glob("*.sql")) if _is_new(path, done)]
    for path in fresh:
        _apply(client, path)
    _set_retention(client, retention_days)
    return [path.stem for path in fresh]


def _is_new(path: Path, done: dict[str, str]) -> bool:
    applied = done.get(path.stem)
    if applied is not None and applied != _checksum(path):
        raise MigrationError(
            f"migration {path.name} was changed after it had been applied to this database: "
            "put the shipped file back, and write a new migration for the change"
        )
    return applied is None


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _apply(client: Client, path: Path) -> None:
    for statement in filter(str.strip, path.read_text(encoding="utf-8").split(";\n")):
        client.command(statement)
    client.insert("migrations", [[path.stem, _checksum(path)]], column_names=["name", "checksum"])


def _set_retention(client: Client, days: int) -> None:
    """Alter each table whose rows are kept for another time; merges drop what is too old, later."""
    tables = client.query(
        "SELECT name, engine_full FROM system.tables "
        "WHERE database = currentDatabase() AND engine_full LIKE '%TTL stored_at%'"
    ).result_rows
    for name, engine in tables:
        wanted = min(days, STATS_DAYS) if name == "collector_stat_versions" else days
        found = _TTL.search(str(engine))
        if found is None or int(found.group(1)) != wanted:
            client.command(
                f"ALTER TABLE {name} MODIFY TTL stored_at + INTERVAL {wanted} DAY",
                settings={"materialize_ttl_after_modify": 0},
            )
