"""Recordings are read on the collector's own path, by their own clock."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from collectors.recording import RecordingError, label_files, read_recording, total_bytes
from collectors.resource import Resource
from schemas.contracts import Change, Gap, Input, Progress
from tests.collectors.objects import EVENTS, NODES, PODS, pod, thing
from tests.collectors.tapes import after, end, line, write

RECORDINGS = Path(__file__).parents[2] / "wakeline" / "recordings"
BUNDLED = sorted(path.parent.name for path in RECORDINGS.glob("*/stream.jsonl.gz"))
NAMESPACES = Resource(resource="namespaces", kind="Namespace", namespaced=False)


def named(name: str, version: int, namespace: str = "ns") -> dict[str, Any]:
    return pod(version, metadata={"name": name, "uid": f"uid-{name}", "namespace": namespace})


def progress(inputs: list[Input], resource: str = "pods") -> list[Any]:
    return [each.until for each in inputs if isinstance(each, Progress) and each.resource == resource]


def changes(inputs: list[Input]) -> list[tuple[str, str]]:
    return [(each.verb, each.name) for each in inputs if isinstance(each, Change)]


@pytest.mark.parametrize("name", BUNDLED)
def test_a_real_recording_tells_every_object_in_its_own_order(name: str) -> None:
    path = RECORDINGS / name / "stream.jsonl.gz"
    told: list[int] = []
    inputs = list(read_recording([path], on_bytes=told.append))
    versions: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for each in inputs:
        if isinstance(each, Change):
            versions[each.uid].append((each.epoch, each.resource_version))
    assert len(versions) > 100
    assert all(found == sorted(found) for found in versions.values())
    assert sum(told) == total_bytes([path]) == path.stat().st_size
    ends = {each.until for each in inputs[-40:] if isinstance(each, Progress)}
    assert ends == {max(each.observed_at for each in inputs)}


def test_progress_follows_the_recording_and_begins_with_the_first_whole_list(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        [
            line("LISTED", 0, PODS, named("a", 1)),
            line("LISTED", 6, NODES, thing(NODES, 2)),
            end(7, PODS, 10),
            line("ADDED", 8, PODS, named("b", 11)),
            line("ADDED", 60, PODS, named("c", 12)),
            line("ADDED", 62, PODS, named("d", 13)),
        ],
    )
    inputs = list(read_recording([path]))
    just_before = after(60).replace(second=59, microsecond=999_999, minute=0)
    assert progress(inputs) == [after(7), just_before, after(62)]
    assert progress(inputs, "nodes") == []
    places = {each.name: place for place, each in enumerate(inputs) if isinstance(each, Change)}
    quiet = next(
        place for place, each in enumerate(inputs) if isinstance(each, Progress) and each.until == just_before
    )
    assert places["b"] < quiet < places["c"]


def test_a_second_list_is_a_gap_and_tells_what_is_gone(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl.gz",
        [
            line("LISTED", 0, PODS, named("a", 1)),
            line("LISTED", 0, PODS, named("b", 2)),
            end(1, PODS, 10),
            line("ERROR", 2, PODS, {"kind": "Status", "code": 410}),
            line("LISTED", 4, PODS, named("b", 2)),
            line("LISTED", 4, PODS, named("c", 11)),
            end(5, PODS, 20),
        ],
    )
    inputs = list(read_recording([path]))
    gaps = [(each.resource, each.since, each.until) for each in inputs if isinstance(each, Gap)]
    assert gaps == [("pods", after(1), after(4))]
    assert changes(inputs) == [("listed", "a"), ("listed", "b"), ("listed", "c"), ("vanished", "a")]


BROKEN = [
    pytest.param(503, "the request has been made before all known HTTP paths have been installed", id="503"),
    pytest.param(429, "storage is (re)initializing", id="429"),
    pytest.param(410, "too old resource version: 2147 (2251)", id="410"),
]


@pytest.mark.parametrize(("code", "message"), BROKEN)
def test_a_watch_that_ended_with_an_error_tells_nothing_until_the_next_list(
    tmp_path: Path, code: int, message: str
) -> None:
    """An API server that starts anew ends watches so; other kinds are followed meanwhile."""
    error = {"kind": "Status", "status": "Failure", "code": code, "message": message}
    lines = [line("LISTED", 0, PODS, named("a", 1)), end(1, PODS, 10), end(1, NODES, 10)]
    lines += [line("ERROR", 4, PODS, error)]
    lines += [line("MODIFIED", 20, NODES, thing(NODES, 11)), line("MODIFIED", 30, NODES, thing(NODES, 12))]
    lines += [line("LISTED", 40, PODS, named("b", 30)), end(41, PODS, 40)]
    inputs = list(read_recording([write(tmp_path / "a.jsonl", lines)]))
    told = [each.until for each in inputs if isinstance(each, Progress) and each.resource == "nodes"]
    assert [each for each in progress(inputs) if after(4) < each < after(40)] == []
    assert any(after(20) < each < after(40) for each in told)
    gaps = [(each.resource, each.since, each.until) for each in inputs if isinstance(each, Gap)]
    assert gaps == [("pods", after(1), after(40))]  # the error says that the server is there, no more
    assert changes(inputs)[-1] == ("vanished", "a")


def test_a_watch_that_went_on_after_an_error_tells_again(tmp_path: Path) -> None:
    error = {"kind": "Status", "status": "Failure", "code": 503}
    lines = [line("LISTED", 0, PODS, named("a", 1)), end(1, PODS, 10), line("ERROR", 4, PODS, error)]
    lines += [line("ADDED", 12, PODS, named("b", 11)), line("ADDED", 30, PODS, named("c", 12))]
    inputs = list(read_recording([write(tmp_path / "a.jsonl", lines)]))
    assert [each for each in progress(inputs) if after(4) < each < after(12)] == []
    assert progress(inputs)[-1] == after(30)
    assert not [each for each in inputs if isinstance(each, Gap)]


def test_two_recordings_of_one_cluster_are_one_history_with_a_gap_between(tmp_path: Path) -> None:
    first = [line("LISTED", 0, NAMESPACES, thing(NAMESPACES, 1, metadata={"name": "ns", "namespace": ""}))]
    first += [end(0, NAMESPACES, 5), line("LISTED", 0, PODS, named("a", 1)), end(1, PODS, 10)]
    second = [line("LISTED", 100, PODS, named("b", 90)), end(101, PODS, 99)]
    later, earlier = write(tmp_path / "a.jsonl", second), write(tmp_path / "b.jsonl", first)
    inputs = list(read_recording([later, earlier]))
    assert changes(inputs)[1:] == [("listed", "a"), ("listed", "b"), ("vanished", "a")]
    gaps = [(each.resource, each.since, each.until) for each in inputs if isinstance(each, Gap)]
    assert gaps == [("*", after(1), after(100))]
    assert after(50) not in progress(inputs)
    assert progress(inputs)[-1] == after(101)


def test_a_recording_says_nothing_about_namespaces_that_it_does_not_show(tmp_path: Path) -> None:
    """Recordings of one cluster made at the same time, each of its own namespace, as the bundled ones are."""
    first = [line("LISTED", 0, PODS, named("a", 1, "one")), end(1, PODS, 10)]
    first += [line("ADDED", 9, PODS, named("late", 40, "one"))]
    second = [line("LISTED", 5, PODS, named("b", 20, "two")), end(6, PODS, 30)]
    paths = [write(tmp_path / "one.jsonl", first), write(tmp_path / "two.jsonl", second)]
    inputs = list(read_recording(paths))
    assert changes(inputs) == [("listed", "a"), ("listed", "b"), ("added", "late")]
    assert not [each for each in inputs if isinstance(each, Gap)]


def test_the_bundled_recordings_together_make_nothing_vanish_that_still_runs() -> None:
    paths = [RECORDINGS / name / "stream.jsonl.gz" for name in ("job-success", "job-oom", "image-not-found")]
    together = list(read_recording(paths))
    assert not [each for each in together if isinstance(each, Change) and each.verb == "vanished"]
    apart = {each.uid for path in paths for each in read_recording([path]) if isinstance(each, Change)}
    assert {each.uid for each in together if isinstance(each, Change)} == apart


def test_separate_files_are_clusters_of_their_own(tmp_path: Path) -> None:
    lines = [line("LISTED", 0, PODS, named("a", 1)), end(1, PODS, 10)]
    one, two = write(tmp_path / "one" / "stream.jsonl.gz", lines), write(tmp_path / "two.jsonl", lines)
    assert {each.cluster for each in read_recording([one, two])} == {"lab"}
    assert {each.cluster for each in read_recording([one, two], separate=True)} == {"lab/one", "lab/two"}


def test_labels_are_unique(tmp_path: Path) -> None:
    paths = [tmp_path / folder / "same.jsonl" for folder in ("a", "b", "c")]
    assert list(label_files(paths).values()) == ["same", "same-2", "same-3"]


def test_plain_watch_events_take_their_times_from_the_objects(tmp_path: Path) -> None:
    created = {"creationTimestamp": "2026-11-24T12:00:00Z"}
    event = thing(
        EVENTS, 9, metadata={"uid": "e"} | created, message="x", lastTimestamp="2026-11-24T12:00:07Z"
    )
    path = write(
        tmp_path / "prod.jsonl",
        [
            {"type": "ADDED", "object": pod(1, metadata=created)},
            {"type": "ADDED", "object": event},
            {"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": {"resourceVersion": "9"}}},
            {"type": "MODIFIED", "object": pod(2, metadata=created, image="new")},
        ],
    )
    inputs = [each for each in read_recording([path]) if isinstance(each, Change)]
    assert [(each.cluster, each.resource, each.observed_at) for each in inputs] == [
        ("prod", "pods", after(0)),
        ("prod", "events", after(7)),
        ("prod", "pods", after(7)),
    ]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"not json", r"line 3: expected one JSON object"),
        (b'{"type":"ADDED"}', r"line 3: expected one JSON object"),
        (
            b'{"type":"ADDED","object":' + b"[" * 5000 + b"]" * 5000 + b"}",
            r"line 3: expected one JSON object",
        ),
        (b'{"type":"GONE","object":{}}', r"line 3: expected a type among .*'GONE'"),
        (
            b'{"type":"ADDED","at":"yesterday","resource":"pods","object":{}}',
            r"line 3: expected `at` as an RFC 3339",
        ),
        (
            b'{"type":"ADDED","at":"2026-11-24T12:00:09Z","resource":"pods","object":[]}',
            r"line 3: expected an object with metadata",
        ),
        (b'{"type":"ADDED","at":"2026-11-24T12:00:09Z","resource":"pods","obj', r"line 3: expected one JSON"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, bad: bytes, says: str) -> None:
    path = write(tmp_path / "a.jsonl", [line("LISTED", 0, PODS, named("a", 1)), b"", bad])
    with pytest.raises(RecordingError, match=says) as error:
        list(read_recording([path]))
    assert str(path) in str(error.value)


def test_files_that_are_no_recordings_are_named(tmp_path: Path) -> None:
    torn = write(tmp_path / "torn.jsonl.gz", [line("LISTED", 0, PODS, named(f"a{n}", 1)) for n in range(99)])
    torn.write_bytes(torn.read_bytes()[:-40])
    spoilt = write(tmp_path / "spoilt.jsonl.gz", [line("LISTED", 0, PODS, named("a", 1))])
    stored = bytearray(spoilt.read_bytes())
    stored[30:60] = bytes(30)
    spoilt.write_bytes(stored)
    not_packed = tmp_path / "plain.jsonl.gz"
    not_packed.write_bytes(b"{}")
    dump = write(tmp_path / "dump.json", [b'{"kind":"List","items":[]}'])
    empty = write(tmp_path / "empty.jsonl", [])
    for path, says in (
        (torn, "torn.jsonl.gz: cannot be read"),
        (spoilt, "spoilt.jsonl.gz: cannot be read: Error -3"),
        (not_packed, "plain.jsonl.gz: cannot be read"),
        (dump, "dump.json, line 1: .*wakeline explain"),
        (empty, "empty.jsonl: expected at least one line"),
        (tmp_path / "missing.jsonl", "missing.jsonl: cannot be read: No such file"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(RecordingError, match=says):
            list(read_recording([path]))
