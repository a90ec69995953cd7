"""`wakeline demo`: what a stranger sees first."""

import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen
from typing import NoReturn

import pytest

import wakeline.demo as work
from collectors.recording import read_recording
from schemas.contracts import Input
from tests.support.recordings import truth
from tests.wakeline.conftest import Run, command
from tests.wakeline.done import Done, stream
from wakeline.store.embedded import EmbeddedStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "demo"


def scenarios() -> list[str]:
    return [path.parent.name for path in work.recordings()]


def test_it_brings_what_the_readme_promises() -> None:
    engines = {session["engine"] for each in scenarios() for session in truth(each)["sessions"]}
    roots = {broken["root_cause_id"] for each in scenarios() for broken in truth(each)["broken"]}
    assert {"argo", "airflow", "job"} <= engines
    assert {"container-oom-killed", "image-not-found", "pod-deleted-by-user"} <= roots
    assert any(not truth(each)["broken"] for each in scenarios())


def test_it_prints_every_run_and_why_those_that_are_not_well_are_not(wakeline: Run, folder: Path) -> None:
    done = wakeline("demo", "--no-serve", "--store", folder)
    assert (done.code, done.err) == (0, "")
    for each in scenarios():
        for session in truth(each)["sessions"]:
            assert session["name"] in done.out
    assert "was stopped for using more memory than its limit of 48 MiB" in done.out
    assert "does not exist in registry" in done.out
    assert "What shows it" in done.out
    assert "What to do" in done.out


def test_a_second_start_reuses_what_is_there(
    wakeline: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = wakeline("demo", "--no-serve", "--store", folder)

    def never(*_: object, **__: object) -> NoReturn:
        raise AssertionError("it was replayed again")

    monkeypatch.setattr(work, "read_recording", never)
    assert wakeline("demo", "--no-serve", "--store", folder) == first


def test_one_that_was_stopped_in_the_middle_begins_anew(
    wakeline: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read_recording

    def stopped(*arguments: object, **_: object) -> Iterator[Input]:
        yield from list(whole([stream("job-oom")]))
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "read_recording", stopped)
    assert wakeline("demo", "--no-serve", "--store", folder).code == 130
    monkeypatch.setattr(work, "read_recording", whole)
    done = wakeline("demo", "--no-serve", "--store", folder)
    assert done.code == 0
    assert "nightly-train" in done.out


def test_it_leaves_one_alone_that_another_process_is_filling(wakeline: Run, folder: Path) -> None:
    with EmbeddedStore(folder) as store:
        (folder / work.MARK).write_text('{"made_of": "x", "complete": false}')
        done = wakeline("demo", "--no-serve", "--store", folder)
        assert done.code == 2
        assert "is in use by process" in done.err
        assert store.client.query("SELECT count() FROM sessions").result_rows == [(0,)]
        assert store.data.is_dir()


def test_it_leaves_other_stores_alone(wakeline: Run, folder: Path) -> None:
    wakeline("replay", "--store", folder, stream("job-success"))
    done = wakeline("demo", "--no-serve", "--store", folder)
    assert done.code == 2
    assert "holds something else than the demo" in done.err
    assert "embed-corpus" in wakeline("sessions", "--store", folder).out


def test_it_serves_what_it_printed(wakeline: Run, folder: Path, start: Callable[..., Popen[str]]) -> None:
    process = start("demo", "--port", "0", "--store", folder)
    assert process.stdout is not None
    printed = []
    for line in process.stdout:
        printed.append(line)
        if line.startswith("Open http://127.0.0.1:"):
            break
    assert "nightly-train" in "".join(printed)
    assert "nightly-train" in wakeline("sessions", "--store", folder).out
    second = wakeline("demo", "--store", folder)  # does not wait, does not replay
    assert second.code == 0
    assert "nightly-train" in second.out
    assert f"Process {process.pid} serves it already: {printed[-1].split()[1]}" in second.out


def test_a_full_disk_is_one_sentence(folder: Path) -> None:
    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    run = subprocess.run(
        command("demo", "--no-serve", "--store", folder),
        preexec_fn=little_room,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    done = Done(run.returncode, run.stdout, run.stderr)
    assert done.code == 2
    assert done.err.startswith(f"wakeline: the store {folder}")
    assert done.err.count("\n") == 1
