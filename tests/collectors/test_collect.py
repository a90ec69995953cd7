"""The whole collector, as `wakeline collect` and `wakeline record` run it: credentials, records, files."""

import asyncio
import gzip
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from collectors.backoff import LONGEST_SECONDS, Backoff
from collectors.collect import collect
from collectors.discovery import matches, wanted
from collectors.packing import Packer
from collectors.record import record
from collectors.recording import read_recording
from collectors.resource import Resource
from collectors.settings import CollectSettings
from collectors.transport import NotDeliveredError
from schemas.codec import unpack
from schemas.contracts import Change, Input
from schemas.topics import CHANGES
from tests.collectors.live import Running, by_object, by_resource
from tests.collectors.objects import CONFIGMAPS, PODS, SECRETS, pod, thing
from tests.collectors.tapes import end, line, write
from tests.support.api_server import ApiServer, Fault

RECORDING = Path(__file__).parents[2] / "wakeline" / "recordings" / "job-oom" / "stream.jsonl.gz"


class Memory:
    """A transport into a list; `fails` makes it say that records were lost."""

    def __init__(self, fails: bool = False) -> None:
        self.records: list[bytes] = []
        self.fails = fails

    async def send(self, record: bytes) -> None:
        if self.fails:
            raise NotDeliveredError("3 records are not delivered")
        self.records.append(record)

    async def flush(self) -> None:
        """Everything is there."""

    def inputs(self) -> list[Input]:
        return [each for record in self.records for each in unpack(record)]


def settings(server: ApiServer, **more: Any) -> CollectSettings:
    given: dict[str, Any] = {"cluster": "lab-a", "server": server.address, "recorded_time": True}
    given["secrets"] = True  # as the recording holds them
    return CollectSettings(**(given | {"retry_seconds": 0.01, "linger_seconds": 0.01} | more))


async def until_delivered(server: ApiServer, stop: asyncio.Event) -> None:
    async with asyncio.timeout(60):
        await server.delivered.wait()
    stop.set()


async def test_a_cluster_becomes_records_and_nothing_is_left_behind() -> None:
    memory, stop = Memory(), asyncio.Event()
    async with ApiServer([RECORDING]) as server:
        stats, _ = await asyncio.gather(
            collect(settings(server), stop, memory), until_delivered(server, stop)
        )
    expected = list(read_recording([RECORDING]))
    assert by_object(memory.inputs()) == by_object(expected)
    assert by_resource(memory.inputs()) == by_resource(expected)
    assert stats.sent == sum(isinstance(each, Change) for each in expected)
    assert stats.records == len(memory.records)
    assert len(memory.records) < 60


async def test_records_that_are_lost_end_the_collector_with_one_sentence() -> None:
    async with ApiServer([RECORDING]) as server:
        with pytest.raises(NotDeliveredError, match="3 records are not delivered"):
            await asyncio.wait_for(collect(settings(server), asyncio.Event(), Memory(fails=True)), 60)


def kubeconfig(path: Path, server: str, user: dict[str, Any]) -> str:
    body = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "clusters": [{"name": "lab", "cluster": {"server": server}}],
        "users": [{"name": "me", "user": user}],
        "contexts": [
            {"name": "lab", "context": {"cluster": "lab", "user": "me"}},
            {"name": "other", "context": {"cluster": "lab", "user": "nobody"}},
        ],
    }
    path.write_text(yaml.safe_dump(body))
    return str(path)


async def test_credentials_come_from_the_kubeconfig_and_are_read_again_when_they_were_rotated(
    tmp_path: Path,
) -> None:
    token = tmp_path / "token"
    token.write_text("first")
    tape = write(tmp_path / "a.jsonl", [line("LISTED", 0, PODS, pod()), end(1, PODS, 10)])
    async with ApiServer([tape]) as server:
        server.token = "first"
        config = kubeconfig(tmp_path / "config", server.address, {"tokenFile": str(token)})
        server.fail("pods", "list", Fault(status=500))
        server.fail("pods", "list", Fault(status=500))
        async with Running(server, server="", kubeconfig=config) as found:
            await server.asked("/pods?", 1)
            token.write_text("second")
            server.token = "second"
            await found.until(lambda _: bool(found.changes()))
    assert found.changes() == [("listed", "one", 1)]


async def test_a_recording_of_the_live_cluster_says_what_the_cluster_said(tmp_path: Path) -> None:
    stop = asyncio.Event()
    copy = tmp_path / "copy.jsonl.gz"
    async with ApiServer([RECORDING]) as server:
        await asyncio.gather(record(settings(server), copy, stop), until_delivered(server, stop))
    assert by_object(list(read_recording([copy]))) == by_object(list(read_recording([RECORDING])))


async def test_a_recording_holds_no_secret(tmp_path: Path) -> None:
    canary = "canary-4711"
    bodies = [
        (SECRETS, thing(SECRETS, 1, data={"password": canary}, stringData={"token": canary})),
        (CONFIGMAPS, thing(CONFIGMAPS, 2, data={"anything": canary})),
        (PODS, pod(3, env=[{"name": "API_KEY", "value": canary}], args=[f"--password={canary}"])),
    ]
    lines = [each for kind, body in bodies for each in (line("LISTED", 0, kind, body), end(1, kind, 9))]
    stop, copy = asyncio.Event(), tmp_path / "copy.jsonl.gz"
    async with ApiServer([write(tmp_path / "a.jsonl", lines)]) as server:
        await asyncio.gather(record(settings(server), copy, stop), until_delivered(server, stop))
    text = gzip.decompress(copy.read_bytes()).decode()
    assert canary not in text
    assert '"anything":null' in text
    assert "sha256:" not in text
    assert {"secrets", "anything", "API_KEY"} <= set(text.replace('"', " ").split())


def test_patterns_name_kinds() -> None:
    jobs = Resource(group="batch", resource="jobs")
    pods = Resource(resource="pods")
    assert matches(jobs, ("batch/jobs",))
    assert matches(jobs, ("batch/*",))
    assert matches(jobs, ("*/jobs",))
    assert matches(pods, ("core/pods",))
    assert matches(pods, ("pods",))
    assert not matches(jobs, ("core/*", "jobs", "batch/cronjobs"))
    assert wanted(pods, (), ("batch/*",))
    assert not wanted(pods, ("batch/*",), ())
    assert not wanted(jobs, ("batch/*",), ("batch/jobs",))


def test_waits_grow_to_half_a_minute_and_are_spread() -> None:
    backoff = Backoff(1.0, Random(4))
    waits = [backoff.next() for _ in range(12)]
    assert 0.5 <= waits[0] <= 1.0
    assert all(15.0 <= wait <= LONGEST_SECONDS for wait in waits[6:])
    assert len(set(waits)) == len(waits)
    assert 7.0 <= backoff.next(7.0) <= 7.0 + LONGEST_SECONDS / 10
    backoff.reset()
    assert backoff.next() <= 1.0


def test_the_defaults_leave_out_what_comes_twice_and_fill_records_for_the_topic_of_changes() -> None:
    defaults = CollectSettings()
    assert defaults.topic == CHANGES
    assert not wanted(Resource(group="events.k8s.io", resource="events"), (), defaults.exclude)
    assert wanted(Resource(resource="events"), (), defaults.exclude)
    assert matches(Resource(group="coordination.k8s.io", resource="leases"), defaults.list_only)
    assert Packer(linger_seconds=defaults.linger_seconds).close() == []
