"""Insert: all lines but the bad ones, once however often; errors of the store are none of the lines."""

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from schemas import topics
from schemas.codec import pack
from stream_jobs.insert import insert
from tests.stream_jobs.test_migrate import VIEWS
from tests.support import rows

STORED = (
    "change_versions",
    "event_versions",
    "gap_versions",
    "collector_stat_versions",
    "session_versions",
    "anomaly_versions",
    "edit_versions",
    "dead_letter_versions",
)
GOOD = (
    b'{"type":"change","v":1,"cluster":"lab","verb":"added","kind":"Pod","observed_at":"2026-01-02T03:04:05Z"'
)

POISON = {
    b"not json": "expected a JSON object",
    b",": "expected a JSON object",
    b"[1]": "expected a JSON object",
    b'{"type":"change","v":1,"cluster":"lab"': "Unexpected end of stream",
    b'{"cluster":"\xff"}': "expected UTF-8",
    b"{}": "known_version",
    GOOD.replace(b'"v":1', b'"v":2') + b',"object":{}}': "known_version: v = 1",
    GOOD.replace(b"lab", b"") + b',"object":{}}': "names_a_cluster",
    GOOD.replace(b'"change"', b'"rumour"') + b',"object":{}}': "change_progress_or_gap",
    GOOD + b',"object":{"a":}}': "object_is_json",
    GOOD + b',"resource_version":"x","object":{}}': "resource_version",
    GOOD.replace(b"2026-01-02T03:04:05Z", b"never") + b',"object":{}}': "observed_at",
    GOOD + b',"object":{}} and more': "and more",
}


def versions(client: Client) -> list[int]:
    return [
        int(row[0]) for row in client.query("SELECT resource_version FROM changes ORDER BY 1").result_rows
    ]


@pytest.mark.parametrize("poison", POISON, ids=range(len(POISON)))
def test_a_bad_line_is_found_and_its_neighbours_are_stored(database: Client, poison: bytes) -> None:
    body = pack(rows.change(number) for number in range(1, 6)) + poison + b"\n" + pack([rows.change(6)])
    (refused,) = insert(database, topics.CHANGES, body, "t")
    assert refused.number == 5
    assert refused.line == poison
    assert POISON[poison] in refused.reason
    assert "\n" not in refused.reason
    assert versions(database) == [1, 2, 3, 4, 5, 6]


def test_several_bad_lines_are_all_returned(database: Client) -> None:
    body = b"x\n" + pack([rows.change(1)]) + b"{}\n{}\n" + pack([rows.change(2)]) + b'{"type":\n'
    assert [each.number for each in insert(database, topics.CHANGES, body, "t")] == [0, 2, 3, 5]
    assert versions(database) == [1, 2]


def test_nothing_to_store_is_fine(database: Client) -> None:
    assert insert(database, topics.CHANGES, b"", "t") == ()
    assert insert(database, topics.CHANGES, b"\n\n", "t") == ()


def test_a_field_that_a_newer_writer_added_is_passed_over(database: Client) -> None:
    line = pack([rows.session(1)]).replace(b'"engine"', b'"colour":{"a":[1]},"engine"', 1)
    assert insert(database, topics.SESSIONS, line, "t") == ()
    assert database.query("SELECT name FROM sessions").result_rows == [("train",)]


def test_a_store_that_is_not_ready_is_no_fault_of_the_lines(empty: Client) -> None:
    with pytest.raises(DatabaseError) as error:
        insert(empty, topics.CHANGES, pack([rows.change(1)]), "t")
    assert error.value.code == 60  # UNKNOWN_TABLE: not migrated


def test_the_same_batch_three_times_is_one_copy_in_each_table_and_view(database: Client) -> None:
    batches = {
        topics.CHANGES: pack([rows.change(1), rows.event(2), rows.progress(), rows.gap(), rows.change(3)]),
        topics.SESSIONS: pack([rows.session(1, rows.step("a", 2), rows.step("b", 0))]),
        topics.ANOMALIES: pack([rows.anomaly(1)]),
        topics.EDITS: pack([rows.edit(1)]),
        topics.DEAD_LETTERS: pack([rows.dead_letter()]),
    }
    tables = (*STORED, *VIEWS)

    def counts() -> dict[str, int]:
        return {name: database.query(f"SELECT count() FROM {name}").first_row[0] for name in tables}

    for topic, body in batches.items():
        assert insert(database, topic, body, f"{topic}-0-1-1") == ()
    once = counts()
    assert min(once.values()) == 1
    for topic, body in batches.items():
        for _ in range(2):
            insert(database, topic, body, f"{topic}-0-1-1")
    assert counts() == once
    for topic, body in batches.items():  # cut otherwise after a crash: other tokens, same rows
        insert(database, topic, body, f"{topic}-0-1-2")
    again = counts()
    assert {name: again[name] for name in VIEWS} == {name: once[name] for name in VIEWS}


def test_a_poisoned_batch_repeated_is_stored_once(database: Client) -> None:
    body = pack([rows.change(1), rows.change(2)]) + b"{}\n" + pack([rows.change(3)])
    first = insert(database, topics.CHANGES, body, "t")
    assert insert(database, topics.CHANGES, body, "t") == first
    assert database.query("SELECT count() FROM change_versions").first_row == (3,)
