"""The dashboards are current and well formed, and their queries run on the engine over real recordings."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import clickhouse_connect
import jsonschema
import pytest
from clickhouse_connect.driver.client import Client

from dashboards.build import BUILT, COLUMNS, all_pages, build, dashboard
from schemas import topics
from schemas.codec import pack
from stream_jobs.insert import insert
from stream_jobs.migrate import migrate
from tests.support.grafana import ALL, Json, Range, expand, queries
from tests.support.recordings import batches, inputs, replayed

SCENARIOS = ("argo-dag-fail", "job-oom", "node-lost", "gpu-shortage", "configmap-change")
SCHEMA = json.loads(Path(__file__).with_name("dashboard.schema.json").read_text())
DASHBOARDS = [dashboard(page) for page in all_pages()]
BY_UID = pytest.mark.parametrize("made", DASHBOARDS, ids=lambda made: made["uid"])
QUERIES = [(made["uid"], where, target) for made in DASHBOARDS for where, target in queries(made)]
EACH_QUERY = pytest.mark.parametrize("query", QUERIES, ids=lambda query: f"{query[0]} {query[1]}")
FILLED = {  # panels that show something for these recordings
    "wl-fleet": {
        "Running A",
        "Failed A",
        "Stuck A",
        "Runs that need attention A",
        "What is wrong, by root cause A",
        "Runs that ended badly, by root cause A",
        "Warning events, by reason A",
        "Can this be trusted: collectors A",
        "variable cluster",
        "variable namespace",
    },
    "wl-session": {
        "Verdict A",
        "Phase A",
        "Pods A",
        "Nodes under this run A",
        "From root to symptom nodes",
        "From root to symptom edges",
        "What to do A",
        "Steps and attempts A",
        "What was wrong A",
        "Story: events and changes A",
        "variable session",
    },
}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    path = tmp_path_factory.mktemp("dashboards")
    client = clickhouse_connect.get_client(interface="chdb", path=str(path), tz_mode="aware")
    migrate(client)
    for scenario in SCENARIOS:
        rows = replayed(scenario)
        for number, batch in enumerate(batches(inputs(scenario), 500)):
            insert(client, topics.CHANGES, pack(batch), f"{scenario}-{number}")
        insert(client, topics.SESSIONS, pack(rows.sessions.values()), f"{scenario}-sessions")
        insert(client, topics.ANOMALIES, pack(rows.anomalies.values()), f"{scenario}-anomalies")
        insert(client, topics.EDITS, pack(rows.edits.values()), f"{scenario}-edits")
    yield client
    client.close()


@pytest.fixture(scope="module")
def time() -> Range:
    moments = [each.observed_at for scenario in SCENARIOS for each in inputs(scenario)]
    return Range(min(moments) - timedelta(minutes=1), max(moments) + timedelta(seconds=1))


def failed_session() -> str:
    (found,) = [each for each in replayed("argo-dag-fail").shown_sessions if each.phase == "Failed"]
    return found.id


CHOICES: dict[str, dict[str, Any]] = {
    "all": {"cluster": [ALL], "namespace": [ALL], "session": failed_session()},
    "one": {"cluster": ["lab-a"], "namespace": ["argo-ml-fail"], "session": failed_session()},
    "many": {
        "cluster": ["lab-a", "lab-b"],
        "namespace": ["gpu-team", "pipelines"],
        "session": failed_session(),
    },
    "quote": {"cluster": ["o'brien"], "namespace": ["x') OR 1=1 --"], "session": "o'brien\\"},
    "backslash": {
        "cluster": ["\\') OR 1=1 -- "],
        "namespace": ["\\') OR 1=1 -- "],
        "session": "\\' OR 1=1 UNION ALL SELECT currentUser() -- ",
    },
}


@pytest.mark.parametrize("choice", CHOICES.values(), ids=CHOICES)
@EACH_QUERY
def test_every_query_runs(
    database: Client, time: Range, query: tuple[str, str, Json], choice: dict[str, Any]
) -> None:
    uid, where, target = query
    found = database.query(expand(target["rawSql"], choice, time)).result_rows
    if choice is CHOICES["all"] and where in FILLED[uid]:
        assert found, where
    if (
        choice in (CHOICES["quote"], CHOICES["backslash"])
        and not where.startswith("variable")
        and len(found) == 1
    ):
        assert not any(isinstance(value, int) and value > 0 for value in found[0]), (
            "a quote widened the filter"
        )


def test_the_failed_session_shows_its_verdict_and_what_to_do(database: Client, time: Range) -> None:
    sql = {where: target["rawSql"] for uid, where, target in QUERIES if uid == "wl-session"}
    ((verdict,),) = database.query(expand(sql["Verdict A"], CHOICES["one"], time)).result_rows
    assert "ended with exit code 1" in verdict
    todo = database.query(expand(sql["What to do A"], CHOICES["one"], time)).result_rows
    assert todo[0][0] == 1
    assert "kubectl -n argo-ml-fail logs" in todo[0][1]


def test_the_fleet_lists_the_failed_run_with_a_link_to_its_session(database: Client, time: Range) -> None:
    (made,) = [each for each in DASHBOARDS if each["uid"] == "wl-fleet"]
    (panel,) = [each for each in made["panels"] if each["title"] == "Runs that need attention"]
    found = database.query(expand(panel["targets"][0]["rawSql"], CHOICES["one"], time))
    names = found.column_names
    rows = [dict(zip(names, row, strict=True)) for row in found.result_rows]
    assert [(row["name"], row["failure"]) for row in rows] == [("nightly-train", "container-exit-error")]
    links = json.dumps(panel["fieldConfig"]["overrides"])
    assert "/d/wl-session?var-session=${__data.fields.session:percentencode}" in links


def test_a_lost_node_and_the_failed_pods_can_be_seen(database: Client, time: Range) -> None:
    sql = {where: target["rawSql"] for uid, where, target in QUERIES if uid == "wl-session"}
    (lost,) = [each for each in replayed("node-lost").shown_sessions if each.name == "train-gnn"]
    chosen = {"cluster": [ALL], "namespace": [ALL], "session": lost.id}
    nodes = database.query(expand(sql["Nodes under this run A"], chosen, time)).result_rows
    assert "Unreachable" in [state for *_, node, state in nodes if node == "worker-2"], nodes
    assert all(end > start for start, end, *_ in nodes)
    pods = database.query(expand(sql["Pods A"], CHOICES["one"], time)).result_rows
    assert {state for *_, state in pods} >= {"running", "Failed", "Succeeded"}


def test_what_is_committed_is_what_the_pages_build(tmp_path: Path) -> None:
    for path in build(tmp_path):
        assert path.read_text() == (BUILT / path.name).read_text(), "run `wakeline dashboards build`"
    assert {path.name for path in BUILT.iterdir()} == {path.name for path in tmp_path.iterdir()}


@BY_UID
def test_the_schema_knows_every_key(made: Json) -> None:
    jsonschema.validate(made, SCHEMA)
    slip = json.loads(json.dumps(made))
    slip["panels"][1]["targets"][0]["rawSQL"] = slip["panels"][1]["targets"][0].pop("rawSql")
    with pytest.raises(jsonschema.ValidationError, match="rawSQL"):
        jsonschema.validate(slip, SCHEMA)


@BY_UID
def test_the_grid_has_no_holes_and_no_overlaps(made: Json) -> None:
    taken: set[tuple[int, int]] = set()
    for panel in made["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= COLUMNS
        taken |= cells
    assert len({panel["id"] for panel in made["panels"]}) == len(made["panels"])


@BY_UID
def test_every_panel_says_what_it_shows_and_asks_the_chosen_data_source(made: Json) -> None:
    for panel in made["panels"]:
        assert panel["title"]
        assert len(panel["description"]) > 15, panel["title"]
        if panel["type"] == "text":
            continue
        assert panel["datasource"]["uid"] == "${datasource}"
        for target in panel["targets"]:
            assert target["datasource"]["uid"] == "${datasource}"
            assert target["format"] == (0 if panel["type"] == "timeseries" else 1)
        if panel["type"] in ("stat", "timeseries"):
            assert panel["fieldConfig"]["defaults"]["unit"]


@BY_UID
def test_links_lead_to_dashboards_there_are_and_keep_time_and_variables(made: Json) -> None:
    uids = {each["uid"] for each in DASHBOARDS}
    for address in re.findall(r"/d/([\w-]+)\?([^\"]+)", json.dumps(made)):
        assert address[0] in uids
        assert "${__url_time_range}" in address[1]
        assert "${cluster:queryparam}" in address[1]
    assert made["tags"] == ["wakeline", "kubernetes"]


@EACH_QUERY
def test_every_query_is_bounded(query: tuple[str, str, Json]) -> None:
    """In time or to one session, and in rows; a page is read in the past, so never by now()."""
    _, where, target = query
    sql = target["rawSql"]
    assert "now()" not in sql
    assert re.search(r"\$__timeFilter|\$__toTime|\$\{session:percentencode\}", sql) or where.startswith(
        "variable"
    )
    one_row = re.match(r"SELECT (count|countIf|uniqExact|round\(sum|quantile)", sql)
    assert "LIMIT" in sql or "GROUP BY" in sql or one_row, where
    if target.get("format") == 0:
        assert sql.endswith("ORDER BY time")
