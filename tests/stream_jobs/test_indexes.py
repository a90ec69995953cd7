"""None of the views reads a whole table where a filter names what or when: filters reach an index."""

import pytest
from clickhouse_connect.driver.client import Client

from schemas import topics
from schemas.codec import pack
from stream_jobs.insert import insert
from tests.support import rows


@pytest.fixture
def filled(database: Client) -> Client:
    batches = {
        topics.CHANGES: [rows.change(1), rows.event(2), rows.progress()],
        topics.SESSIONS: [rows.session(1, rows.step("a"))],
        topics.ANOMALIES: [rows.anomaly(1)],
        topics.EDITS: [rows.edit(1)],
    }
    for topic, items in batches.items():
        assert insert(database, topic, pack(items), topic) == ()
    return database


@pytest.mark.parametrize(
    ("sql", "key"),
    [
        ("SELECT * FROM sessions WHERE id = 'lab/job/team/train'", "Name: id"),
        ("SELECT * FROM sessions WHERE cluster = 'lab' AND namespace = 'team'", "cluster"),
        ("SELECT * FROM sessions WHERE created > '2026-01-01'", "Name: created"),
        ("SELECT * FROM steps WHERE session = 'lab/job/team/train'", "Name: id"),
        ("SELECT * FROM spans WHERE session = 'lab/job/team/train'", "Name: id"),
        ("SELECT * FROM changes WHERE uid = 'pod-uid'", "Name: uid"),
        ("SELECT * FROM changes WHERE cluster = 'lab' AND kind = 'Pod' AND name = 'train-0'", "kind"),
        ("SELECT * FROM changes WHERE observed_at > '2026-01-01'", "Name: observed_at"),
        ("SELECT * FROM events WHERE involved_uid = 'pod-uid'", "Name: involved_uid"),
        ("SELECT * FROM events WHERE last_seen > '2026-01-01'", "Name: last_seen"),
        ("SELECT * FROM anomalies WHERE has(sessions, 'lab/job/team/train')", "Name: sessions"),
        ("SELECT * FROM anomalies WHERE since > '2026-01-01'", "Name: since"),
        ("SELECT * FROM edits WHERE has(sessions, 'lab/job/team/train')", "Name: sessions"),
        ("SELECT * FROM collector_stats WHERE observed_at > '2026-01-01'", "Name: observed_at"),
        ("SELECT * FROM objects_at(at = '2026-01-02 00:00:00') WHERE cluster = 'lab'", "cluster"),
    ],
)
def test_a_filter_on_a_view_reaches_the_index_of_its_table(filled: Client, sql: str, key: str) -> None:
    plan = [str(row[0]).strip() for row in filled.query(f"EXPLAIN indexes = 1 {sql}").result_rows]
    used = plan[next(n for n, line in enumerate(plan) if "ReadFromMergeTree" in line) :]
    assert key in used
