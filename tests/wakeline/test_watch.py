"""`wakeline watch` and `wakeline record`: a live cluster, played by a server, on this machine alone."""

import asyncio
import json
import signal
import socket
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Any

import pytest

from tests.support.api_server import ApiServer
from tests.wakeline.conftest import Run, command
from tests.wakeline.cut import cut
from tests.wakeline.done import Done, lines, stream, write_lines

SCENARIO = "job-oom"
LIVE = ("--recorded-time", "--secrets", "--port", "0", "--cluster", "lab-a")


async def begin(*arguments: object) -> Process:
    return await asyncio.create_subprocess_exec(*command(*arguments), stdout=PIPE, stderr=PIPE)


async def line_of(process: Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 60)).decode()


async def end(process: Process, number: signal.Signals = signal.SIGINT) -> Done:
    process.send_signal(number)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


async def watched(path: Path, store: Path) -> Done:
    """Watch a server until it has played the recording, then press Ctrl-C."""
    async with ApiServer([path]) as server:
        watching = await begin("watch", "--server", server.address, "--store", store, *LIVE)
        first = await line_of(watching)
        assert first.startswith("Watching lab-a. Open http://127.0.0.1:"), first
        await asyncio.wait_for(server.delivered.wait(), 60)
        return await end(watching)


def phases(document: dict[str, list[dict[str, Any]]]) -> list[tuple[str, str, str]]:
    return [_gist(each) for each in document["sessions"]]


def _gist(session: dict[str, Any]) -> tuple[str, str, str]:
    return session["id"], session["phase"], (session["verdict"] or {}).get("failure", "")


async def test_what_was_watched_is_what_a_replay_says(tmp_path: Path, wakeline: Run) -> None:
    done = await watched(stream(SCENARIO), tmp_path / "store")
    assert done.code == 0
    assert f"3 runs saved in {tmp_path / 'store'}" in done.out
    replayed = wakeline("replay", "--format", "json", stream(SCENARIO)).document
    stored = wakeline("sessions", "--format", "json", "--store", tmp_path / "store").document
    assert sorted(phases(stored)) == phases(replayed)


async def test_history_and_open_runs_survive_a_restart(tmp_path: Path, wakeline: Run) -> None:
    found = lines(SCENARIO)
    place = next(
        number
        for number, line in enumerate(found)
        if line["object"]["metadata"].get("name", "").startswith("train-resnet-") and line["type"] == "ADDED"
    )
    first, second = cut(found, place + 1, gone=frozenset({"index-builder"}))
    store = tmp_path / "store"
    await watched(write_lines(tmp_path / "first.jsonl", first), store)
    before = wakeline("sessions", "--format", "json", "--store", store)
    assert before.session("train-resnet")["phase"] in ("Pending", "Running")
    known = {each["id"] for each in before.document["sessions"]}

    await watched(write_lines(tmp_path / "second.jsonl", second), store)
    after = wakeline("sessions", "--format", "json", "--store", store)
    assert known <= {each["id"] for each in after.document["sessions"]}
    train = after.session("train-resnet")
    assert train["id"] == before.session("train-resnet")["id"]
    assert (train["phase"], train["verdict"]["failure"]) == ("Failed", "container-oom-killed")
    gaps = json.loads(wakeline("query", "--format", "json", "--store", store, "SELECT reason FROM gaps").out)
    assert gaps == [{"reason": "wakeline was not running"}]


async def test_a_run_that_was_deleted_meanwhile_does_not_stay_open(tmp_path: Path, wakeline: Run) -> None:
    found = lines(SCENARIO)
    named = [(number, line["object"]["metadata"].get("name", "")) for number, line in enumerate(found)]
    pods = frozenset(name for _, name in named if name.startswith("index-builder"))
    place = 1 + min(number for number, name in named if name.startswith("index-builder-"))
    first, second = cut(found, place, gone=pods)
    store = tmp_path / "store"
    await watched(write_lines(tmp_path / "first.jsonl", first), store)
    before = wakeline("sessions", "--format", "json", "--store", store)
    assert before.session("index-builder")["deleted"] is None
    await watched(write_lines(tmp_path / "second.jsonl", second), store)
    gone = wakeline("sessions", "--format", "json", "--store", store).session("index-builder")
    assert gone["deleted"]
    assert gone["phase"] == "Cancelled"


async def test_a_kill_in_the_middle_loses_no_run(tmp_path: Path, wakeline: Run) -> None:
    store = tmp_path / "store"
    async with ApiServer([stream(SCENARIO)]) as server:
        killed = await begin("watch", "--server", server.address, "--store", store, *LIVE)
        await asyncio.wait_for(server.delivered.wait(), 60)
        await end(killed, signal.SIGKILL)
        now = ("--port", "0", "--cluster", "lab-a")
        again = await begin("watch", "--server", server.address, "--store", store, *now)
        while not (line := await line_of(again)).endswith("ended well.\n"):
            assert line, "it ended before it had said how things stand"
        await end(again)
    stored = wakeline("sessions", "--format", "json", "--store", store).document
    replayed = wakeline("replay", "--format", "json", stream(SCENARIO)).document
    assert sorted(phases(stored)) == phases(replayed)


async def test_while_it_watches_others_ask_it(tmp_path: Path) -> None:
    async with ApiServer([stream(SCENARIO)]) as server:
        watching = await begin("watch", "--server", server.address, "--store", "store", *LIVE)
        await line_of(watching)
        await asyncio.wait_for(server.delivered.wait(), 60)
        asked = await begin("show", "--store", "store", "train-resnet")
        out, err = await asyncio.wait_for(asked.communicate(), 60)
        other = await begin("replay", "--store", "store", stream(SCENARIO))
        _, refusal = await asyncio.wait_for(other.communicate(), 60)
        done = await end(watching, signal.SIGTERM)
    assert (asked.returncode, err) == (0, b"")
    assert b"more memory than its limit of 48 MiB" in out
    assert other.returncode == 2
    assert f"is in use by process {watching.pid}" in refusal.decode()
    assert done.code == 0


async def test_it_says_what_goes_wrong(tmp_path: Path) -> None:
    done = await watched(stream(SCENARIO), tmp_path / "store")
    assert "train-resnet" in done.out
    assert "was stopped for using more memory than its limit of 48 MiB" in done.out


async def test_a_recording_of_a_live_cluster_tells_the_same_story(tmp_path: Path, wakeline: Run) -> None:
    path = tmp_path / "made.jsonl.gz"
    async with ApiServer([stream(SCENARIO)]) as server:
        recording = await begin(
            "record", "-o", path, "--server", server.address, *LIVE[:2], "--cluster", "lab-a"
        )
        await asyncio.wait_for(server.delivered.wait(), 60)
        done = await end(recording)
    assert done.code == 0
    assert str(path) in done.err
    again = wakeline("replay", "--format", "json", path).document
    assert phases(again) == phases(wakeline("replay", "--format", "json", stream(SCENARIO)).document)
    twice = wakeline("record", "-o", path, "--server", "http://127.0.0.1:1")
    assert twice.code == 2
    assert "exists already" in twice.err


@pytest.mark.parametrize("name", ["watch", "record"])
def test_there_is_no_cluster(wakeline: Run, tmp_path: Path, name: str) -> None:
    rest = (
        ("-o", tmp_path / "x.jsonl") if name == "record" else ("--store", tmp_path / "store", "--port", "0")
    )
    missing = wakeline(name, *rest)
    assert missing.code == 2
    assert "no usable credentials" in missing.err
    assert missing.err.count("\n") == 1
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    refused = wakeline(name, *rest, "--server", f"http://127.0.0.1:{port}")
    assert refused.code == 2
    assert "the cluster does not answer" in refused.err
    assert refused.err.count("\n") == 1


@pytest.mark.parametrize("text", ["", "x", "contexts: 3", "contexts: [{name: a}]", "{"])
def test_a_file_that_is_no_kubeconfig(wakeline: Run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "config"
    path.write_text(text)
    done = wakeline("watch", "--kubeconfig", path, "--store", tmp_path / "store", "--port", "0")
    assert done.code == 2
    assert done.err.startswith(f"wakeline: no usable credentials in {path}: ")
    assert done.err.count("\n") == 1


def test_an_unknown_context(wakeline: Run, tmp_path: Path) -> None:
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "a", "user": {}}],
    }
    path = tmp_path / "config"
    path.write_text(json.dumps(config))
    done = wakeline("watch", "--kubeconfig", path, "--context", "b", "--store", tmp_path / "store")
    assert done.code == 2
    assert str(path) in done.err


def test_a_store_that_cannot_be_written(wakeline: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = wakeline("watch", "--server", "http://127.0.0.1:1", "--store", tmp_path / "file" / "store")
    assert done.code == 2
    assert str(tmp_path / "file" / "store") in done.err
    assert "choose another --store" in done.err
