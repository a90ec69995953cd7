"""Migrations: applied once, in order, safe to repeat, every column explained."""

import shutil
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from stream_jobs.migrate import SQL, MigrationError, migrate

NAMES = [path.stem for path in sorted(SQL.glob("*.sql"))]
VIEWS = (
    "changes",
    "events",
    "sessions",
    "steps",
    "spans",
    "anomalies",
    "edits",
    "gaps",
    "collector_stats",
    "dead_letters",
)


def retention(client: Client) -> dict[str, int]:
    rows = client.query(
        "SELECT name, toUInt32(extract(engine_full, 'toIntervalDay\\\\((\\\\d+)\\\\)')) FROM system.tables "
        "WHERE engine_full LIKE '%TTL%'"
    ).result_rows
    return {str(name): int(days) for name, days in rows}


def test_all_are_applied_in_order_and_once(empty: Client) -> None:
    assert migrate(empty) == NAMES
    assert NAMES[0] == "0001_changes"
    assert migrate(empty) == []
    assert empty.query("SELECT name FROM migrations ORDER BY name").result_columns == [NAMES]


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_answers_on_an_empty_store(database: Client, name: str) -> None:
    assert database.query(f"SELECT count() FROM {name}").result_rows == [(0,)]
    assert database.query(f"SELECT * FROM {name} WHERE cluster = 'lab'").result_rows == []


def test_every_column_and_table_is_explained(database: Client) -> None:
    silent = database.query(
        "SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = '' "
        "AND table NOT IN (SELECT name FROM system.tables WHERE engine = 'MaterializedView')"
    ).result_rows
    assert silent == []
    nameless = database.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND comment = '' "
        "AND engine != 'MaterializedView'"
    ).result_rows
    assert nameless == []


def test_a_stop_in_the_middle_is_repaired_by_the_next_run(empty: Client, tmp_path: Path) -> None:
    half = tmp_path / "sql"
    shutil.copytree(SQL, half)
    first = half / "0001_changes.sql"
    first.write_text(first.read_text().split("CREATE MATERIALIZED VIEW")[0])
    for other in half.glob("000[2-9]*"):
        other.unlink()
    migrate(empty, folder=half)
    empty.command("TRUNCATE TABLE migrations")  # as if the stop came before the note in the ledger
    assert migrate(empty) == NAMES
    assert empty.query("SELECT count() FROM changes").result_rows == [(0,)]


def test_a_shipped_file_that_changed_is_one_clear_error(empty: Client, tmp_path: Path) -> None:
    folder = tmp_path / "sql"
    shutil.copytree(SQL, folder)
    migrate(empty, folder=folder)
    changed = folder / "0003_collectors.sql"
    changed.write_text(changed.read_text() + "-- one more line\n")
    with pytest.raises(
        MigrationError, match=r"^migration 0003_collectors.sql was changed after .*new migration"
    ):
        migrate(empty, folder=folder)


def test_retention_is_a_setting_of_every_run(empty: Client) -> None:
    migrate(empty)
    stats = "collector_stat_versions"
    days = retention(empty)
    assert days.pop(stats) == 30
    assert len(days) == 7
    assert set(days.values()) == {400}
    migrate(empty, retention_days=20)
    assert set(retention(empty).values()) == {20}
    migrate(empty, retention_days=90)
    assert retention(empty)["change_versions"] == 90
    assert retention(empty)[stats] == 30
    with pytest.raises(MigrationError, match="at least 1, got 0"):
        migrate(empty, retention_days=0)
