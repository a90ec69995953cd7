"""`wakeline sessions`, `show`, `query`: questions to a store, whoever holds it."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from schemas import topics
from schemas.codec import pack
from schemas.contracts import Session
from tests.support import rows
from tests.support.rows import at
from tests.wakeline.conftest import Run
from tests.wakeline.done import Done
from wakeline.store.embedded import EmbeddedStore

HOSTILE = "tr\x1b[31main' OR 1=1 --"


def well(id_: str, name: str, **fields: Any) -> Session:
    return rows.session(
        1, **{"id": f"lab/{id_}", "name": name, "phase": "Succeeded", "verdict": None, **fields}
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    outer = "lab/argo/team/outer"
    sessions = [
        rows.session(1, rows.step("fetch", phase="Succeeded"), rows.step("train", 2)),
        well("argo/team/outer", "nightly", engine="argo", kind="Workflow", phase="Failed"),
        well("job/team/a", "inner-a", parent=outer),
        well("job/team/b", "inner-b", parent=outer, phase="Running", ended=None),
        well("job/other/1", "twin", namespace="other"),
        well("job/other/2", "twin", namespace="other", ended=at(9000)),
        well("pod/other/h", HOSTILE, namespace="other"),
    ]
    with EmbeddedStore(tmp_path / "store") as store:
        store.insert(topics.SESSIONS, pack(sessions), "s")
        store.insert(topics.ANOMALIES, pack([rows.anomaly(1)]), "a")
    return tmp_path / "store"


@pytest.fixture
def ask(wakeline: Run, folder: Path) -> Callable[..., Done]:
    def run(command: str, *arguments: object) -> Done:
        return wakeline(command, "--store", folder, *arguments)

    return run


def names(done: Done) -> list[str]:
    return sorted(each["name"] for each in done.document["sessions"])


def test_all_sessions(ask: Run) -> None:
    done = ask("sessions")
    assert done.code == 0
    assert "Memory ran out" in done.out
    assert len(done.out.strip().splitlines()) == 8


def test_only_what_failed(ask: Run) -> None:
    assert names(ask("sessions", "--format", "json", "--failed")) == ["nightly", "train"]


def test_only_what_went_on_since(ask: Run) -> None:
    since = at(80).isoformat()
    assert names(ask("sessions", "--format", "json", "--since", since)) == ["inner-b", "twin"]
    assert ask("sessions", "--since", "soon").code == 2


def test_only_one_namespace(ask: Run) -> None:
    assert names(ask("sessions", "--format", "json", "-n", "other")) == sorted([HOSTILE, "twin", "twin"])
    assert "No run" in ask("sessions", "-n", "none' OR 1=1 --").out


def test_at_most_so_many_and_it_is_said(ask: Run) -> None:
    done = ask("sessions", "--format", "json", "--limit", "2")
    assert len(done.document["sessions"]) == 2
    assert "only the newest 2 are shown" in done.err
    assert len(ask("sessions", "--format", "json", "--limit", "0").document["sessions"]) == 7


def test_json_is_the_contract(ask: Run) -> None:
    (found,) = [
        each for each in ask("sessions", "--format", "json").document["sessions"] if each["name"] == "train"
    ]
    assert found["steps"][1]["attempts"][1]["pod"] == "train-2"
    assert found["requests"] == {"gpus": 2.5, "cpus": 4.0, "memory_bytes": 2**30}
    assert found["created"] == "2026-01-02T03:04:05.678901Z"


@pytest.mark.parametrize("wanted", [rows.RUN, "train", "team/train", "lab/job/team/t"])
def test_show_finds_it_by_id_name_and_beginning(ask: Run, wanted: str) -> None:
    done = ask("show", wanted)
    assert done.code == 0
    assert rows.RUN in done.out
    assert "fetch" in done.out
    assert "train-2" in done.out
    assert "137" in done.out
    assert "Memory ran out" in done.out
    assert "2.5 GPUs, 4 CPUs, 1 GiB memory" in done.out


def test_show_as_one_document(ask: Run) -> None:
    document = ask("show", "--format", "json", "train").document
    assert [each["id"] for each in document["sessions"]] == [rows.RUN]
    assert [each["id"] for each in document["anomalies"]] == ["a1"]


def test_show_draws_where_it_belongs(ask: Run) -> None:
    done = ask("show", "inner-a")
    assert done.out.index("Workflow nightly") < done.out.index("Job inner-a") < done.out.index("Job inner-b")


def test_show_says_what_is_meant_by_too_little(ask: Run) -> None:
    done = ask("show", "twin")
    assert done.code == 2
    assert "lab/job/other/1 or lab/job/other/2" in done.err
    none = ask("show", "nothing")
    assert none.code == 2
    assert "there is no session 'nothing'" in none.err


def test_hostile_names_are_found_and_shown_harmlessly(ask: Run) -> None:
    done = ask("show", HOSTILE)
    assert done.code == 0
    assert "\x1b" not in done.out
    assert "train' OR 1=1 --" in done.out


def test_query_in_each_format(ask: Run) -> None:
    sql = "SELECT name, phase, ended FROM sessions WHERE namespace = 'team' ORDER BY name LIMIT 2"
    table = ask("query", sql)
    assert table.code == 0
    assert table.out.splitlines()[0].split() == ["name", "phase", "ended"]
    found = json.loads(ask("query", "--format", "json", sql).out)
    assert [each["name"] for each in found] == ["inner-a", "inner-b"]
    read = list(csv.DictReader(io.StringIO(ask("query", "--format", "csv", sql).out)))
    assert [each["phase"] for each in read] == ["Succeeded", "Running"]
    assert json.loads(ask("query", "--format", "json", "SELECT 1 WHERE 0").out) == []


@pytest.mark.parametrize(
    "sql", ["DROP TABLE session_versions", "INSERT INTO cells VALUES (1)", "SELECT nothing"]
)
def test_query_refuses(ask: Run, sql: str) -> None:
    done = ask("query", sql)
    assert done.code == 2
    assert done.err.startswith("wakeline: the query was refused: ")
    assert done.err.count("\n") == 1
    assert len(ask("sessions").out.strip().splitlines()) == 8


@pytest.mark.parametrize("sql", ["", " \n"])
def test_an_empty_query_says_so(wakeline: Run, sql: str) -> None:
    done = wakeline("query", sql)
    assert done.code == 2
    assert done.err.startswith("wakeline: the query is empty: ")


def test_json_of_several_statements_is_refused(ask: Run) -> None:
    done = ask("query", "--format", "json", "SELECT 1; SELECT 2")
    assert (done.code, done.out) == (2, "")
    assert "more than one statement" in done.err


def test_query_from_standard_input(program: Run, folder: Path) -> None:
    done = program(
        "query", "--store", folder, "--format", "csv", "-", stdin=b"SELECT count() AS n FROM sessions"
    )
    assert (done.code, done.out) == (0, '"n"\n7\n')


def test_there_is_no_store(wakeline: Run, tmp_path: Path) -> None:
    for command in (["sessions"], ["show", "x"], ["query", "SELECT 1"], ["serve"]):
        done = wakeline(*command, "--store", tmp_path / "none")
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"wakeline: there is no store at {tmp_path / 'none'}")


def test_a_store_that_another_process_serves_is_asked_over_http(
    wakeline: Run, folder: Path, start: Callable[..., Popen[str]]
) -> None:
    serving = start("serve", "--store", folder, "--port", "0")
    assert serving.stdout is not None
    assert serving.stdout.readline().startswith("Open http://127.0.0.1:")
    assert "Memory ran out" in wakeline("sessions", "--store", folder).out
    assert "train-2" in wakeline("show", "--store", folder, "train").out
    assert wakeline("show", "--store", folder, HOSTILE).code == 0
    assert wakeline("query", "--store", folder, "--format", "csv", "SELECT 1 AS x").out == '"x"\n1\n'
    refused = wakeline("query", "--store", folder, "DROP TABLE session_versions")
    assert refused.code == 2
    assert "readonly" in refused.err
    second = wakeline("serve", "--store", folder)
    assert second.code == 2
    assert f"process {serving.pid} serves the store {folder} already: http://127.0.0.1:" in second.err
