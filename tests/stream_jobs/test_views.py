"""The views: the newest version only, nothing that was withdrawn, no step of an older version."""

import msgspec
from clickhouse_connect.driver.client import Client

from schemas import topics
from schemas.codec import pack
from schemas.contracts import Evidence, Step, Verdict
from stream_jobs.insert import insert
from tests.support import rows


def put(client: Client, topic: str, *items: msgspec.Struct) -> None:
    body = pack(items)
    assert insert(client, topic, body, str(hash(body))) == ()


def table(client: Client, sql: str, **parameters: object) -> list[tuple[object, ...]]:
    return [tuple(row) for row in client.query(sql, parameters=parameters).result_rows]


def test_a_session_that_grew_shows_its_newest_version(database: Client) -> None:
    put(database, topics.SESSIONS, rows.session(5, rows.step("a"), phase="Failed"))
    put(database, topics.SESSIONS, rows.session(2, rows.step("a"), phase="Running", ended=None))  # late
    found = table(
        database,
        "SELECT phase, version, gpus, verdict_failure, verdict_title, duration_seconds, wait_seconds, "
        "pods, nodes FROM sessions",
    )
    assert found == [
        ("Failed", 5, 2.5, "container-oom-killed", "Memory ran out", 60.0, 10.0, ["train-1"], ["node-1"])
    ]


def test_a_session_can_be_read_back_as_its_contract(database: Client) -> None:
    original = rows.session(1, rows.step("a", 2), rows.step("b", 0, after=("a",)))
    put(database, topics.SESSIONS, original)
    ((steps, verdict, created),) = table(database, "SELECT steps, verdict, created FROM sessions")
    assert msgspec.json.decode(str(steps), type=tuple[Step, ...]) == original.steps
    assert msgspec.json.decode(str(verdict), type=Verdict) == original.verdict
    assert created == original.created


def test_a_healthy_session_has_no_verdict(database: Client) -> None:
    put(database, topics.SESSIONS, rows.session(1, verdict=None, phase="Succeeded"))
    assert table(database, "SELECT verdict, verdict_failure, verdict_title FROM sessions") == [("", "", "")]


def test_a_withdrawn_session_disappears_with_its_steps_and_spans(database: Client) -> None:
    put(database, topics.SESSIONS, rows.session(1, rows.step("a")))
    assert len(table(database, "SELECT * FROM spans")) == 2
    put(database, topics.SESSIONS, rows.session(2, rows.step("a"), withdrawn=True))
    for name in ("sessions", "steps", "spans"):
        assert table(database, f"SELECT * FROM {name}") == []


def test_steps_that_a_newer_version_no_longer_has_do_not_linger(database: Client) -> None:
    put(database, topics.SESSIONS, rows.session(1, rows.step("a", 2), rows.step("b")))
    assert table(database, "SELECT step, attempt, pod FROM steps ORDER BY ALL") == [
        ("a", 1, "train-1"),
        ("a", 2, "train-2"),
        ("b", 1, "train-1"),
    ]
    put(database, topics.SESSIONS, rows.session(2, rows.step("a")))
    assert table(database, "SELECT step, attempt FROM steps") == [("a", 1)]
    assert table(database, "SELECT DISTINCT step, attempt FROM spans") == [("a", 1)]


def test_a_step_row_holds_the_attempt_and_a_step_without_attempts_has_one(database: Client) -> None:
    waiting = rows.step(
        "gate", 0, kind="Suspend", phase="Suspended", message="by hand", after=("a",), started=rows.at(1)
    )
    put(database, topics.SESSIONS, rows.session(1, rows.step("a"), waiting))
    found = database.query("SELECT * FROM steps ORDER BY step").named_results()
    attempt, gate = list(found)
    assert attempt["session"] == rows.RUN
    assert (attempt["node"], attempt["exit_code"], attempt["reason"]) == ("node-1", 137, "OOMKilled")
    assert (attempt["created"], attempt["started"], attempt["ended"]) == (
        rows.at(0),
        rows.at(10),
        rows.at(70),
    )
    assert (gate["attempt"], gate["phase"], gate["message"], gate["after"]) == (
        0,
        "Suspended",
        "by hand",
        ["a"],
    )
    assert (gate["started"], gate["ended"], gate["exit_code"]) == (rows.at(1), None, None)


def test_spans_say_where_time_went(database: Client) -> None:
    put(database, topics.SESSIONS, rows.session(1, rows.step("a")))
    assert table(database, "SELECT name, since, until, node FROM spans ORDER BY since") == [
        ("scheduling", rows.at(0), rows.at(10), "node-1"),
        ("running", rows.at(10), rows.at(70), "node-1"),
    ]


def test_an_anomaly_closes_and_a_withdrawn_one_disappears(database: Client) -> None:
    put(database, topics.ANOMALIES, rows.anomaly(1), rows.anomaly(1, id="a2"))
    put(database, topics.ANOMALIES, rows.anomaly(2, state="closed", until=rows.at(99)))
    put(database, topics.ANOMALIES, rows.anomaly(2, id="a2", state="withdrawn"))
    ((anomaly_id, state, until, kind, evidence, playbook, cause),) = table(
        database, "SELECT id, state, until, subject_kind, evidence, playbook, cause FROM anomalies"
    )
    assert (anomaly_id, state, until, kind) == ("a1", "closed", rows.at(99), "Pod")
    assert msgspec.json.decode(str(evidence), type=tuple[Evidence, ...]) == rows.anomaly(1).evidence
    assert (playbook, cause) == (["raise the limit"], "")


def test_an_edit_shows_old_new_and_who(database: Client) -> None:
    put(database, topics.EDITS, rows.edit(1))
    put(database, topics.EDITS, rows.edit(2, sessions=(rows.RUN, "lab/job/team/other")))
    assert table(database, "SELECT kind, name, path, old, new, manager, length(sessions) FROM edits") == [
        ("ConfigMap", "settings", "data.batch_size", '"32"', '"64"', "kubectl-edit", 2)
    ]


def test_changes_keep_the_object_as_it_came(database: Client) -> None:
    raw = b'{"big":12345678901234567890123,"list":[1, 2.50],"text":"\\u00e9\xc3\xa9 \\"quoted\\""}'
    put(database, topics.CHANGES, rows.change(1, object=msgspec.Raw(raw)))
    assert table(database, "SELECT object FROM changes") == [(raw.decode(),)]


def test_one_version_of_an_object_seen_again_is_one_row_with_the_first_sighting(database: Client) -> None:
    put(database, topics.CHANGES, rows.change(1, verb="listed"))
    put(database, topics.CHANGES, rows.change(1, verb="listed", observed_at=rows.at(500)))
    assert table(database, "SELECT observed_at FROM changes") == [(rows.at(1),)]


def test_without_resource_versions_each_sighting_is_a_version(database: Client) -> None:
    put(database, topics.CHANGES, *(rows.change(0, verb="listed", observed_at=rows.at(n)) for n in (1, 2)))
    assert len(table(database, "SELECT * FROM changes")) == 2


def test_a_repeated_event_is_one_row_with_its_newest_count(database: Client) -> None:
    put(database, topics.CHANGES, rows.event(3), rows.event(9), rows.event(5), rows.event(10, verb="deleted"))
    ((count, reason, about, component, host, first, last),) = table(
        database,
        "SELECT count, reason, involved_name, component, host, first_seen, last_seen FROM events",
    )
    assert (count, reason, about, component, host) == (9, "BackOff", "train-0", "kubelet", "node-1")
    assert str(first) == "2026-01-02 03:00:00+00:00"
    assert str(last) == "2026-01-02 03:04:00+00:00"


def test_events_of_both_apis_with_one_uid_are_one_row(database: Client) -> None:
    body = {
        "regarding": {"kind": "Pod", "namespace": "team", "name": "train-0", "uid": "pod-uid"},
        "reason": "BackOff",
        "note": "Back-off pulling image",
        "type": "Warning",
        "eventTime": "2026-01-02T03:04:00.123456Z",
        "series": {"count": 4, "lastObservedTime": "2026-01-02T03:05:00.000001Z"},
        "reportingController": "kubelet",
    }
    put(database, topics.CHANGES, rows.event(3), rows.event(4, group="events.k8s.io", body=body))
    assert table(
        database, "SELECT count, message, component, toString(first_seen), toString(last_seen) FROM events"
    ) == [
        (4, "Back-off pulling image", "kubelet", "2026-01-02 03:04:00.123456", "2026-01-02 03:05:00.000001")
    ]


def test_gaps_and_progress_come_out_of_the_changes(database: Client) -> None:
    put(database, topics.CHANGES, rows.gap(), rows.progress(10), rows.progress(20))
    assert table(database, "SELECT resource, since, until, reason FROM gaps") == [
        ("*", rows.at(0), rows.at(60), "the watch was refused: 410 Expired")
    ]
    stats = "SELECT observed_at, received, dropped, lag_ms FROM collector_stats ORDER BY 1"
    assert table(database, stats) == [(rows.at(10), 5, 1, 2000), (rows.at(20), 5, 1, 2000)]


def test_lines_of_one_record_that_could_not_be_taken_stay_apart(database: Client) -> None:
    put(database, topics.DEAD_LETTERS, rows.dead_letter(), rows.dead_letter(body="other"))
    put(database, topics.DEAD_LETTERS, rows.dead_letter(at=rows.at(9)))  # read again after a crash
    assert table(database, "SELECT body, at FROM dead_letters ORDER BY body") == [
        ("not json", rows.at(9)),
        ("other", rows.at(0)),
    ]


def test_the_cluster_at_a_time(database: Client) -> None:
    put(
        database,
        topics.CHANGES,
        rows.change(1, verb="added"),
        rows.change(5),
        rows.change(9, verb="deleted"),
        rows.change(3, verb="added", name="train-1", uid="other"),
        rows.change(2, epoch=1, verb="added", name="train-2", uid="third", observed_at=rows.at(4)),
        rows.change(7, epoch=0, name="train-2", uid="third", observed_at=rows.at(3)),
    )

    def names(seconds: float) -> list[tuple[object, ...]]:
        newest = "objects_at(at = {at:DateTime64(6)})"
        sql = f"SELECT name, resource_version FROM {newest} WHERE cluster = 'lab' ORDER BY 1"
        return table(database, sql, at=rows.at(seconds))

    assert names(0.5) == []
    assert names(2) == [("train-0", 1)]
    assert names(6) == [("train-0", 5), ("train-1", 3), ("train-2", 2)]
    assert names(20) == [("train-1", 3), ("train-2", 2)]


def test_verdict_and_steps_are_json_text(database: Client) -> None:
    put(database, topics.SESSIONS, rows.session(1, rows.step("a")))
    ((title, step),) = table(
        database,
        "SELECT JSONExtractString(verdict, 'title'), JSONExtractString(steps, 1, 'name') FROM sessions",
    )
    assert (title, step) == ("Memory ran out", "a")
