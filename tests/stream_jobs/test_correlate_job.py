"""The correlate job on a real broker, as real processes: whatever ends them, the rows are the same."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest

from schemas import topics
from schemas.codec import pack
from schemas.contracts import Anomaly, Change, DeadLetter, Edit, Input, Session
from stream_jobs.correlate import APP_ID, make_correlate
from stream_jobs.settings import CorrelateSettings, TopicsSettings
from stream_jobs.topics import create_topics
from tests.support.background import Background
from tests.support.kafka import Broker, drain, eventually, lag, make_broker, send
from tests.support.recordings import Rows, batches, inputs, replayed

Row = TypeVar("Row", Session, Anomaly, Edit)


@pytest.fixture
def broker() -> Iterator[Broker]:
    with make_broker() as broker:
        create_topics(TopicsSettings(kafka_bootstrap=broker.bootstrap, partitions=4))
        yield broker


def produce(broker: Broker, given: Sequence[Input]) -> None:
    """Send the inputs, 25 a record, each cluster's under its own key."""
    for cluster in sorted({each.cluster for each in given}):
        own = [each for each in given if each.cluster == cluster]
        send(broker, topics.CHANGES, *((cluster, pack(batch)) for batch in batches(own, 25)))


@contextmanager
def worker(broker: Broker, folder: Path, *fault: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker process; SIGTERM at the end, after which it must end well unless it was killed."""
    settings = CorrelateSettings(
        kafka_bootstrap=broker.bootstrap,
        data_dir=str(folder),
        instance=folder.name,
        batch_records=3,
        batch_seconds=0.1,
    )
    command = [sys.executable, "-m", "tests.stream_jobs.worker", "correlate"]
    command += [msgspec.json.encode(settings).decode(), *fault]
    with (folder.parent / f"{folder.name}.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield process
        if process.poll() is None:
            process.terminate()
            assert process.wait(60) == 0
    finally:
        process.kill()
        process.wait()


def done(broker: Broker) -> bool:
    return lag(broker, APP_ID, topics.CHANGES) == 0


def newest(broker: Broker, topic: str, kind: type[Row]) -> dict[str, Row]:
    """What the views show: the highest version of each row; equal versions must be equal rows."""
    found: dict[str, Row] = {}
    for value in drain(broker, topic):
        row = msgspec.json.decode(value, type=kind)
        known = found.get(row.id)
        if known is None or known.version <= row.version:
            found[row.id] = row
    return found


def plain(rows: dict[str, Any]) -> dict[str, Any]:
    """Without versions, which may depend on how inputs were cut into batches."""
    return {name: msgspec.structs.replace(row, version=0) for name, row in rows.items()}


def assert_same_rows(broker: Broker, expected: Rows) -> None:
    assert plain(newest(broker, topics.SESSIONS, Session)) == plain(expected.sessions)
    assert plain(newest(broker, topics.ANOMALIES, Anomaly)) == plain(expected.anomalies)
    assert plain(newest(broker, topics.EDITS, Edit)) == plain(expected.edits)


@pytest.mark.parametrize("step", ["before-send", "sent", "flushed"])
def test_a_kill_at_each_step_changes_nothing_in_the_end(broker: Broker, tmp_path: Path, step: str) -> None:
    produce(broker, inputs("argo-dag-fail"))
    with worker(broker, tmp_path / "one", step, "4") as process:
        assert process.wait(60) == -9
    assert not done(broker)
    with worker(broker, tmp_path / "one", step, "6") as process:
        assert process.wait(60) == -9
    with worker(broker, tmp_path / "one"):
        eventually(lambda: done(broker))
    assert_same_rows(broker, replayed("argo-dag-fail"))
    assert drain(broker, topics.DEAD_LETTERS) == []


def test_clusters_move_between_workers_and_nothing_is_missing(broker: Broker, tmp_path: Path) -> None:
    given = inputs("multi-cluster")
    half = len(given) // 2
    with worker(broker, tmp_path / "one") as first:
        produce(broker, given[:half])
        with worker(broker, tmp_path / "two"):
            produce(broker, given[half:])
            eventually(lambda: lag(broker, APP_ID, topics.CHANGES) < 30)
            first.kill()
            first.wait()
            eventually(lambda: done(broker))
    assert_same_rows(broker, replayed("multi-cluster"))


def test_a_poison_line_a_poison_record_and_a_misshapen_object_do_no_harm(
    broker: Broker, tmp_path: Path
) -> None:
    given = inputs("job-oom")
    shape = next(each for each in given if isinstance(each, Change) and each.kind == "Pod")
    broken = msgspec.structs.replace(shape, uid="bent", object=msgspec.Raw(b'{"kind":"Pod","spec":[1]}'))
    middle = len(given) // 2
    poisoned = pack(given[middle : middle + 5]) + b'{"type":"change"\n' + pack([broken, *given[middle + 5 :]])
    send(broker, topics.CHANGES, ("lab-a", pack(given[:middle])), ("lab-a", b"\x00\xff"), ("lab-a", poisoned))
    settings = CorrelateSettings(kafka_bootstrap=broker.bootstrap, data_dir=str(tmp_path))
    with Background(make_correlate(settings)):
        eventually(lambda: done(broker))
    letters = [msgspec.json.decode(value, type=DeadLetter) for value in drain(broker, topics.DEAD_LETTERS)]
    assert [(letter.stage, letter.topic, letter.cluster) for letter in letters] == [
        ("correlate", topics.CHANGES, "lab-a")
    ] * 3
    assert {letter.offset for letter in letters} == {1, 2}
    found = {letter.body: letter.reason for letter in letters}
    assert found["\x00\\xff"].startswith("expected a change, progress or gap as one JSON object")
    assert '{"type":"change"' in found
    (bent,) = (reason for body, reason in found.items() if '"uid":"bent"' in body)
    assert "spec" in bent
    assert_same_rows(broker, replayed("job-oom"))


def test_a_bug_stops_the_worker_and_the_input_comes_again(broker: Broker, tmp_path: Path) -> None:
    produce(broker, inputs("job-oom"))
    with worker(broker, tmp_path / "one", "bug", "2") as process:
        assert process.wait(60) not in {0, -9}
    assert not done(broker)
    with worker(broker, tmp_path / "one"):
        eventually(lambda: done(broker))
    assert_same_rows(broker, replayed("job-oom"))
