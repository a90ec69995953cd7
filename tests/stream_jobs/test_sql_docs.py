"""docs/sql.md: every query in it runs, every view has one, and the example data answers them."""

import re
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from schemas import topics
from schemas.codec import pack
from stream_jobs.insert import insert
from tests.stream_jobs.test_migrate import VIEWS
from tests.support import rows

PAGE = (Path(__file__).parents[2] / "docs" / "sql.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.S)


@pytest.fixture
def filled(database: Client) -> Client:
    """One of everything, moved to the last minutes so that relative times find it."""
    now = str(database.command("SELECT formatDateTime(now() - INTERVAL 5 MINUTE, '%Y-%m-%dT%H:%i:')"))
    batches = {
        topics.CHANGES: [rows.change(1), rows.event(2), rows.gap(), rows.progress()],
        topics.SESSIONS: [rows.session(1, rows.step("a", 2))],
        topics.ANOMALIES: [rows.anomaly(1)],
        topics.EDITS: [rows.edit(1)],
        topics.DEAD_LETTERS: [rows.dead_letter()],
    }
    for topic, items in batches.items():
        body = pack(items)
        assert insert(database, topic, body, topic) == ()  # where queries name a time
        recent = re.sub(rb"2026-01-02T03:0\d:", now.encode(), body).replace(
            b'"uid":"pod-uid"', b'"uid":"new"'
        )
        insert(database, topic, recent.replace(b'"version":1,', b'"version":2,'), f"{topic}-recent")
    return database


def test_every_query_runs_and_finds_something(filled: Client) -> None:
    assert len(QUERIES) >= len(VIEWS)
    for query in QUERIES:
        assert filled.query(query).row_count > 0, query


@pytest.mark.parametrize("name", [*VIEWS, "objects_at"])
def test_every_view_has_a_query_and_a_row_in_the_table(name: str) -> None:
    assert f"\n## {name}\n" in PAGE
    assert re.search(rf"\| `{name}[`(]", PAGE)
    assert any(re.search(rf"(FROM|JOIN) {name}\b", query) for query in QUERIES)


def test_no_view_and_no_landing_table_is_missing_in_the_page(database: Client) -> None:
    named = database.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine IN ('View', 'Null')"
    ).result_rows
    assert [name for (name,) in named if f"`{name}" not in PAGE] == []
