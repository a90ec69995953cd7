"""The live collector against an API server: the same stream as a recording, whatever goes wrong."""

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from collectors.access import AccessError
from collectors.cluster import Collector
from collectors.intake import Intake, Stream
from collectors.recording import read_recording
from collectors.resource import Resource
from collectors.settings import CollectSettings
from schemas.contracts import Change, Progress
from tests.collectors.live import Collected, Running, by_object, by_resource, collected
from tests.collectors.objects import CONFIGMAPS, EVENTS, PODS, SECRETS, pod, thing
from tests.collectors.tapes import after, end, line, write
from tests.support.api_server import ApiServer, Fault

CANARY = "canary-4711"
RECORDINGS = Path(__file__).parents[2] / "wakeline" / "recordings"
CRDS = Resource(
    group="apiextensions.k8s.io",
    resource="customresourcedefinitions",
    kind="CustomResourceDefinition",
    namespaced=False,
)
WIDGETS = Resource(group="example.com", resource="widgets", kind="Widget")


def named(name: str, version: int, namespace: str = "ns", **spec: Any) -> dict[str, Any]:
    return pod(version, metadata={"name": name, "uid": f"uid-{name}", "namespace": namespace}, **spec)


def simple(path: Path) -> Path:
    """Write three pods listed, then five changes."""
    lines = [line("LISTED", 0, PODS, named(name, n)) for n, name in enumerate("abc", 1)]
    lines += [end(1, PODS, 10)]
    lines += [line("MODIFIED", n, PODS, named("a", 10 + n, image=f"größe-{n}")) for n in range(2, 6)]
    lines += [line("DELETED", 7, PODS, named("b", 20))]
    return write(path, lines)


EXPECTED = [
    *(("listed", name, n) for n, name in enumerate("abc", 1)),
    *(("modified", "a", 10 + n) for n in range(2, 6)),
    ("deleted", "b", 20),
]


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return simple(tmp_path / "a.jsonl")


@pytest.mark.parametrize("name", ["argo-dag-fail", "node-lost", "airflow-failures", "pod-deleted-by-user"])
async def test_a_recording_served_to_the_collector_gives_what_reading_it_gives(name: str) -> None:
    path = RECORDINGS / name / "stream.jsonl.gz"
    expected = list(read_recording([path]))
    async with ApiServer([path]) as server:
        found = await collected(server, cluster="lab-a", page_items=7)
    assert by_object(found.inputs) == by_object(expected)
    assert by_resource(found.inputs) == by_resource(expected)
    assert found.stats.unreadable == 0


async def test_a_recorded_relist_gives_the_same_gaps_and_the_same_deletes(tmp_path: Path) -> None:
    lines = [line("LISTED", 0, PODS, named("a", 1)), line("LISTED", 0, PODS, named("b", 2))]
    lines += [end(1, PODS, 10), line("ADDED", 2, PODS, named("c", 11))]
    lines += [line("ERROR", 3, PODS, {"kind": "Status", "code": 410, "message": "too old"})]
    lines += [line("LISTED", 9, PODS, named("c", 12)), end(10, PODS, 30)]
    lines += [line("MODIFIED", 20, PODS, named("c", 31, image="x"))]
    path = write(tmp_path / "a.jsonl", lines)
    expected = list(read_recording([path]))
    async with ApiServer([path]) as server:
        found = await collected(server)
    assert by_object(found.inputs) == by_object(expected)
    assert by_resource(found.inputs) == by_resource(expected)
    assert [each.reason for each in found.gaps()] == ["the watch ended: 410 : too old"]


async def test_lists_are_read_in_pages(tape: Path) -> None:
    async with ApiServer([tape]) as server:
        found = await collected(server, page_items=2)
    assert found.changes() == EXPECTED
    lists = [each for each in server.requests if "limit=2" in each]
    assert len(lists) == 2
    assert "continue=" in lists[1]


@pytest.mark.parametrize("inside", [b"", "ö".encode(), b'"type"', b"}"])
async def test_a_watch_cut_anywhere_in_a_line_goes_on_where_it_was(tape: Path, inside: bytes) -> None:
    async with ApiServer([tape]) as server:
        server.fail("pods", "watch", Fault(after=0, inside=inside))
        server.fail("pods", "watch", Fault(after=2, inside=inside))
        found = await collected(server)
    assert found.changes() == EXPECTED
    assert found.gaps() == []


@pytest.mark.parametrize(
    "fault", [Fault(status=429, retry_after="0"), Fault(status=500), Fault(status=503), Fault(status=401)]
)
@pytest.mark.parametrize("verb", ["list", "watch"])
async def test_a_refusal_is_waited_for_and_nothing_is_lost(tape: Path, verb: str, fault: Fault) -> None:
    async with ApiServer([tape]) as server:
        server.fail("pods", verb, fault)
        server.fail("pods", verb, fault)
        found = await collected(server)
    assert found.changes() == EXPECTED
    assert found.gaps() == []
    assert found.stats.refused == 2


@pytest.mark.parametrize(
    "faults",
    [
        [Fault(status=410, missed=3)],
        [Fault(after=0, error=410, missed=3)],
        [Fault(after=0, inside=b""), Fault(status=410, missed=3)],
    ],
)
async def test_what_happened_unseen_is_a_gap_and_the_list_tells_the_rest(
    tmp_path: Path, faults: list[Fault]
) -> None:
    lines = [line("LISTED", 0, PODS, named("a", 1)), line("LISTED", 0, PODS, named("b", 2)), end(1, PODS, 10)]
    lines += [line("DELETED", 2, PODS, named("a", 11)), line("ADDED", 3, PODS, named("c", 12))]
    lines += [line("MODIFIED", 4, PODS, named("b", 13, image="x")), line("ADDED", 5, PODS, named("d", 14))]
    async with ApiServer([write(tmp_path / "a.jsonl", lines)]) as server:
        for fault in faults:
            server.fail("pods", "watch", fault)
        found = await collected(server)
    unseen = found.changes()[2:]
    assert sorted(unseen[:3]) == [("listed", "b", 13), ("listed", "c", 12), ("vanished", "a", 13)]
    assert unseen[3:] == [("added", "d", 14)]
    (gap,) = found.gaps()
    assert gap.since == after(1)
    assert "410" in gap.reason


async def test_an_error_event_that_is_no_410_is_waited_for(tape: Path) -> None:
    async with ApiServer([tape]) as server:
        server.fail("pods", "watch", Fault(after=2, error=500))
        server.fail("pods", "watch", Fault(after=1, error=429))
        found = await collected(server)
    assert found.changes() == EXPECTED
    assert found.gaps() == []


async def test_a_page_token_that_expired_begins_the_list_anew(tape: Path) -> None:
    async with ApiServer([tape]) as server:
        server.fail("pods", "list", Fault())
        server.fail("pods", "list", Fault(status=410))
        found = await collected(server, page_items=2)
    assert sorted(set(found.changes())) == sorted(EXPECTED)
    assert found.gaps() == []


async def test_a_silent_connection_is_given_up(tape: Path) -> None:
    async with ApiServer([tape]) as server:
        server.fail("pods", "watch", Fault(after=1, hang=True))
        found = await collected(server, silence_seconds=0.2)
    assert found.changes() == EXPECTED


async def test_what_is_forbidden_is_said_once_and_the_rest_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = [line("LISTED", 0, PODS, named("a", 1)), end(1, PODS, 10)]
    lines += [line("LISTED", 0, CONFIGMAPS, thing(CONFIGMAPS, 2)), end(1, CONFIGMAPS, 10)]
    async with ApiServer([write(tmp_path / "a.jsonl", lines)]) as server:
        server.fail("configmaps", "list", Fault(status=403))
        async with Running(server) as found:
            await found.until(lambda inputs: any(isinstance(each, Progress) for each in inputs))
            await asyncio.sleep(0)
    assert found.changes() == [("listed", "a", 1)]
    assert found.changes("configmaps") == []
    assert [each.resource for each in found.inputs if isinstance(each, Progress)][:1] == ["pods"]
    refusals = [record.getMessage() for record in caplog.records if "configmaps" in record.getMessage()]
    assert len(refusals) == 1
    assert "403" in refusals[0]


async def test_namespaces_are_asked_for_one_by_one(tmp_path: Path) -> None:
    lines = [
        line("LISTED", 0, PODS, named("a", 1, "one")),
        line("LISTED", 0, PODS, named("b", 2, "two")),
        line("LISTED", 0, PODS, named("c", 3, "three")),
        end(1, PODS, 10),
        line("ADDED", 2, PODS, named("d", 11, "two")),
        line("ADDED", 3, PODS, named("e", 12, "three")),
    ]
    path = write(tmp_path / "a.jsonl", lines)
    async with ApiServer([path]) as server, Running(server, namespaces=("one", "two")) as found:
        await found.until(lambda _: len(found.changes()) == 3)
    assert sorted(found.changes()) == [("added", "d", 11), ("listed", "a", 1), ("listed", "b", 2)]
    said = {each.namespace for each in found.inputs if isinstance(each, Progress)}
    assert said == {"one", "two"}


async def test_kinds_are_included_and_excluded_by_pattern(tmp_path: Path) -> None:
    lines = [each for kind in (PODS, EVENTS, WIDGETS) for each in (end(1, kind, 10),)]
    path, settings = write(tmp_path / "a.jsonl", lines), {"include": ("core/*",), "exclude": ("core/events",)}
    async with ApiServer([path]) as server, Running(server, **settings) as found:
        await found.until(bool)
    assert {each.resource for each in found.inputs} == {"pods"}


def with_a_secret(path: Path) -> Path:
    applied = {"kubectl.kubernetes.io/last-applied-configuration": f'{{"data":{{"password":"{CANARY}"}}}}'}
    metadata = {"name": "login", "uid": "s", "labels": {"app": "trainer"}, "annotations": applied}
    body = thing(SECRETS, 2, metadata=metadata, data={"password": CANARY}, type="Opaque")
    lines = [line("LISTED", 0, PODS, named("a", 1)), end(1, PODS, 10)]
    lines += [line("LISTED", 1, SECRETS, body), end(2, SECRETS, 10)]
    changed = {**body, "metadata": {**body["metadata"], "resourceVersion": "11", "labels": {"app": "other"}}}
    return write(path, [*lines, line("MODIFIED", 3, SECRETS, changed)])


async def test_secrets_are_not_asked_for(tmp_path: Path) -> None:
    async with ApiServer([with_a_secret(tmp_path / "a.jsonl")]) as server:
        async with Running(server, secrets=False, include=("core/*",)) as found:
            await found.until(lambda _: bool(found.changes()))
        assert [each for each in server.requests if "secrets" in each] == []
    assert {each.resource for each in found.inputs} == {"pods"}


async def test_of_secrets_that_are_asked_for_only_the_metadata_comes(tmp_path: Path) -> None:
    async with ApiServer([with_a_secret(tmp_path / "a.jsonl")]) as server:
        found = await collected(server)
    assert found.changes("secrets") == [("listed", "login", 2), ("modified", "login", 11)]
    for change in (each for each in found.inputs if isinstance(each, Change) and each.resource == "secrets"):
        body = orjson.loads(bytes(change.object))
        assert (body["apiVersion"], body["kind"], change.kind) == ("v1", "Secret", "Secret")
        assert set(body) == {"apiVersion", "kind", "metadata"}
        assert CANARY not in str(body)


async def test_a_server_that_sends_more_of_a_secret_than_it_was_asked_for_is_not_believed() -> None:
    body = orjson.dumps(thing(SECRETS, 2, data={"password": CANARY}))
    change = Stream(Intake("lab"), SECRETS).item("listed", body, after(0))
    assert change is not None
    assert set(orjson.loads(bytes(change.object))) == {"apiVersion", "kind", "metadata"}


async def test_a_custom_kind_that_appears_later_is_collected_too(tmp_path: Path) -> None:
    crd = thing(CRDS, 11, metadata={"name": "widgets.example.com", "uid": "crd"})
    lines = [end(1, CRDS, 10), line("ADDED", 2, CRDS, crd)]
    lines += [line("LISTED", 3, WIDGETS, thing(WIDGETS, 12)), end(4, WIDGETS, 12)]
    async with ApiServer([write(tmp_path / "a.jsonl", lines)]) as server:
        later = server.parts.pop(WIDGETS.key)
        async with Running(server) as found:
            await found.until(lambda _: bool(found.changes("customresourcedefinitions")))
            server.parts[WIDGETS.key] = later
            await found.until(lambda _: bool(found.changes("widgets")))
    assert found.changes("widgets") == [("listed", "one", 12)]


async def test_live_time_is_the_collectors_own_and_progress_needs_no_changes(tape: Path) -> None:
    settings = {"recorded_time": False, "progress_seconds": 0.05}
    async with ApiServer([tape], recorded_time=False) as server, Running(server, **settings) as found:
        await asyncio.wait_for(server.delivered.wait(), 30)
        seen = len([each for each in found.inputs if isinstance(each, Progress)])
        await found.until(
            lambda inputs: len([each for each in inputs if isinstance(each, Progress)]) > seen + 2
        )
    assert found.changes() == EXPECTED
    told = [each.until for each in found.inputs if isinstance(each, Progress)]
    assert told == sorted(told)
    changes = [each.observed_at for each in found.inputs if isinstance(each, Change)]
    assert all(each > after(0).replace(year=2020) for each in changes)
    assert told[-1] > max(changes)


async def test_a_collector_stopped_while_it_is_blind_says_so(tape: Path) -> None:
    async with ApiServer([tape]) as server:
        for _ in range(1000):
            server.fail("pods", "watch", Fault(status=503))
        async with Running(server) as found:
            await server.asked("watch=true", 3)
    assert [each.reason for each in found.gaps()] == ["the collector stopped while the watch was broken"]


@pytest.mark.parametrize(
    "text", [None, "", "{", "users: [", "current-context: lab", "kubectl: not found", "x", "contexts: 3"]
)
async def test_credentials_that_cannot_be_read_get_one_clear_sentence(
    tmp_path: Path, text: str | None
) -> None:
    path = tmp_path / "config"
    if text is not None:
        path.write_text(text)
    collector = Collector(CollectSettings(kubeconfig=str(path)), Collected())
    with pytest.raises(AccessError, match=f"no usable credentials in {path}") as error:
        await collector.run(asyncio.Event())
    assert "\n" not in str(error.value)


async def test_a_server_that_lets_nobody_in_gets_one_clear_sentence(tape: Path) -> None:
    async with ApiServer([tape]) as server:
        server.token = "another"
        collector = Collector(CollectSettings(server=server.address), Collected())
        with pytest.raises(AccessError, match="refuses to say what it serves: 401"):
            await collector.run(asyncio.Event())
