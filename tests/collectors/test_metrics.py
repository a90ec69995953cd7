"""What the collector tells of itself: metrics that Prometheus reads, and whether it is well and ready."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from collectors.clock import system_clock
from collectors.collect import collect
from collectors.metrics import Meter, MetricsError, application, serving
from collectors.resource import Resource
from collectors.settings import CollectSettings
from collectors.stats import Stats
from schemas.contracts import Gap, Progress
from tests.collectors.objects import CONFIGMAPS, PODS, pod, thing
from tests.collectors.tapes import end, line, write
from tests.collectors.test_collect import Memory
from tests.support.api_server import ApiServer, Fault
from tests.support.loopback import serve

LEASES = Resource(group="coordination.k8s.io", resource="leases", kind="Lease")
PREFIX = "wakeline_collector_"


def progress(resource: Resource, seconds_ago: float = 0.0, **more: Any) -> Progress:
    at = system_clock() - timedelta(seconds=seconds_ago)
    return Progress(
        cluster="lab", group=resource.group, resource=resource.resource, observed_at=at, until=at, **more
    )


def expecting(*resources: Resource) -> Stats:
    stats = Stats()
    for each in resources:
        stats.expect(each, "", watched=each != LEASES)
    return stats


@asynccontextmanager
async def asking(stats: Stats) -> AsyncIterator["Asked"]:
    meter = Meter(cluster="lab", stats=stats, spool_bytes=lambda: 4711)
    async with serve(application(meter)) as address, aiohttp.ClientSession() as session:
        yield Asked(session, address)


class Asked:
    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session, self._address = session, address

    async def get(self, path: str) -> tuple[int, str]:
        async with self._session.get(f"{self._address}{path}") as response:
            return response.status, await response.text()

    async def samples(self, name: str) -> dict[str, float]:
        """Return a metric's values by resource; "" for the cluster's own."""
        _, text = await self.get("/metrics")
        return {
            sample.labels.get("resource", ""): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == PREFIX + name and sample.labels["cluster"] == "lab"
        }


async def test_it_is_ready_once_every_list_was_read_or_refused() -> None:
    stats = Stats()
    async with asking(stats) as asked:
        assert await asked.get("/healthz") == (200, "ok\n")
        assert (await asked.get("/readyz"))[0] == 503
        stats.reaches = expecting(PODS, CONFIGMAPS, LEASES).reaches
        assert await asked.get("/readyz") == (
            503,
            "waiting for configmaps, leases.coordination.k8s.io, pods\n",
        )
        stats.note([progress(PODS), progress(LEASES)])
        stats.refuse(CONFIGMAPS, 403)
        assert await asked.get("/readyz") == (200, "ok\n")


async def test_lag_is_the_time_that_is_not_told() -> None:
    stats = expecting(PODS, LEASES, CONFIGMAPS)
    stats.expect(PODS, "team-a", watched=True)
    stats.note([progress(PODS), progress(PODS, 70, namespace="team-a"), progress(LEASES, 500)])
    async with asking(stats) as asked:
        lag = await asked.samples("lag_seconds")
        assert set(lag) == {"pods"}  # Leases are listed once, and of ConfigMaps nothing is told yet
        assert 70 <= lag["pods"] < 100  # of several namespaces the worst
        stats.forget(PODS, "")
        stats.forget(PODS, "team-a")
        assert await asked.samples("lag_seconds") == {}


async def test_what_was_counted_is_told() -> None:
    stats = expecting(PODS, CONFIGMAPS)
    now = system_clock()
    gap = Gap(cluster="lab", resource="pods", observed_at=now, since=now, until=now, reason="410")
    stats.note([gap, progress(PODS, received=7, dropped=3), progress(PODS, received=2, dropped=1)])
    stats.refuse(CONFIGMAPS, 403)
    stats.relists, stats.reconnects = 2, 5
    async with asking(stats) as asked:
        assert await asked.samples("gaps_total") == {"pods": 1, "configmaps": 0}
        assert await asked.samples("received_total") == {"pods": 9, "configmaps": 0}
        assert await asked.samples("dropped_total") == {"pods": 4, "configmaps": 0}
        assert await asked.samples("refused_status") == {"pods": 0, "configmaps": 403}
        assert await asked.samples("refused_total") == {"": 1}
        assert await asked.samples("relists_total") == {"": 2}
        assert await asked.samples("reconnects_total") == {"": 5}
        assert await asked.samples("spool_bytes") == {"": 4711}


async def test_the_table_of_metrics_is_complete() -> None:
    stats = expecting(PODS)
    stats.note([progress(PODS)])
    async with asking(stats) as asked:
        _, text = await asked.get("/metrics")
    told = {each.removesuffix("_created") for each in re.findall(rf"^{PREFIX}(\w+)", text, re.MULTILINE)}
    page = (Path(__file__).parents[2] / "docs" / "fleet.md").read_text()
    table = page.partition("| metric | what it tells |")[2].partition("\n\n")[0]
    named = {
        name
        for row in table.splitlines()
        for name in re.findall(r"`(\w+)`", row.split("|")[1] if row else "")
    }
    assert named == told


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_collector_serves_them_while_it_runs(tmp_path: Path) -> None:
    lines = [line("LISTED", 0, PODS, pod()), end(1, PODS, 10), line("MODIFIED", 2, PODS, pod(11, image="x"))]
    lines += [line("LISTED", 0, CONFIGMAPS, thing(CONFIGMAPS, 2)), end(1, CONFIGMAPS, 10)]
    port, stop = free_port(), asyncio.Event()
    async with ApiServer([write(tmp_path / "a.jsonl", lines)]) as server, aiohttp.ClientSession() as session:
        server.fail("configmaps", "list", Fault(status=500))
        settings = CollectSettings(
            cluster="lab", server=server.address, recorded_time=True, metrics_port=port, retry_seconds=0.01
        )
        running = asyncio.create_task(collect(settings, stop, Memory()))
        await asyncio.wait_for(server.delivered.wait(), 30)
        asked = Asked(session, f"http://127.0.0.1:{port}")
        assert await asked.get("/readyz") == (200, "ok\n")
        assert await asked.samples("changes_total") == {"pods": 2, "configmaps": 1}
        assert await asked.samples("gaps_total") == {"pods": 0, "configmaps": 0}
        assert await asked.samples("refused_total") == {"": 1}
        stop.set()
        await running
        with pytest.raises(aiohttp.ClientConnectorError):
            await asked.get("/healthz")


async def test_a_port_that_is_taken_is_said_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = CollectSettings(metrics_port=taken.getsockname()[1])
        meter = Meter(cluster="lab", stats=Stats(), spool_bytes=lambda: 0)
        with pytest.raises(MetricsError, match=r"metrics cannot be served on 127\.0\.0\.1:\d+: .*in use"):
            async with serving(settings, meter):
                raise AssertionError
