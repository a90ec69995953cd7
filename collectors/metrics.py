"""What the collector tells Prometheus and Kubernetes about itself: /metrics, /healthz, /readyz."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from operator import attrgetter

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from collectors.clock import system_clock
from collectors.settings import CollectSettings
from collectors.stats import Reach, Stats

PREFIX = "wakeline_collector_"
_SHOWN = 20  # resources that are waited for, in the answer of /readyz
_OF_RESOURCES = {
    "changes": "Changes delivered.",
    "received": "Objects that lists and watches brought, as far as they are told.",
    "dropped": "Objects that told nothing new, as far as they are told.",
    "gaps": "Intervals in which something may have been missed.",
}
_OF_ALL = {
    "relists": "Lists that were read again because a watch could not go on.",
    "reconnects": "Watches that were connected anew; a server ends each every few minutes.",
    "refused": "Answers of the API server other than 200.",
    "unreadable": "Lines that were no object.",
    "records": "Records handed over to Kafka or to the spool.",
    "record_bytes": "Bytes of these records.",
}


class MetricsError(RuntimeError):
    """The port cannot be opened; the message says why."""


class Meter(msgspec.Struct, eq=False, kw_only=True):
    """What /metrics tells, read anew with each request (a collector of prometheus_client)."""

    cluster: str
    stats: Stats
    spool_bytes: Callable[[], int]

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        for name, says in _OF_RESOURCES.items():
            yield self._of_resources(CounterMetricFamily, name, says, attrgetter(name))
        for name, says in _OF_ALL.items():
            counter = CounterMetricFamily(PREFIX + name, says, labels=("cluster",))
            counter.add_metric((self.cluster,), getattr(self.stats, name))
            yield counter
        now = system_clock()
        says = "Time up to now that is not told yet: a few seconds where all is well."
        yield self._of_resources(GaugeMetricFamily, "lag_seconds", says, lambda reach: reach.lag_seconds(now))
        says = "Status with which the API server refuses the resource, 0 where it does not."
        yield self._of_resources(GaugeMetricFamily, "refused_status", says, lambda reach: reach.refused)
        spool = GaugeMetricFamily(
            f"{PREFIX}spool_bytes", "Bytes that wait on disk for Kafka.", labels=("cluster",)
        )
        spool.add_metric((self.cluster,), self.spool_bytes())
        yield spool

    def _of_resources(
        self,
        family: type[CounterMetricFamily] | type[GaugeMetricFamily],
        name: str,
        says: str,
        read: Callable[[Reach], float | None],
    ) -> Metric:
        made = family(PREFIX + name, says, labels=("cluster", "group", "resource"))
        for (group, resource), reach in self.stats.reaches.items():
            value = read(reach)
            if value is not None:
                made.add_metric((self.cluster, group, resource), value)
        return made


def application(meter: Meter) -> web.Application:
    """Return the three answers as an application."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(meter)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        if not meter.stats.reaches:
            return web.Response(status=503, text="waiting for the API server to say what it serves\n")
        waiting = [f"{resource}.{group}".rstrip(".") for group, resource in meter.stats.waiting()]
        if waiting:
            return web.Response(status=503, text=f"waiting for {', '.join(sorted(waiting)[:_SHOWN])}\n")
        return web.Response(text="ok\n")

    app = web.Application()
    app.add_routes([web.get("/metrics", metrics), web.get("/healthz", healthz), web.get("/readyz", readyz)])
    return app


@asynccontextmanager
async def serving(settings: CollectSettings, meter: Meter) -> AsyncIterator[None]:
    """Serve while the block runs, where the settings name a port. Raises MetricsError."""
    if not settings.metrics_port:
        yield
        return
    runner = web.AppRunner(application(meter), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.metrics_host, settings.metrics_port).start()
    except OSError as error:
        await runner.cleanup()
        place = f"{settings.metrics_host}:{settings.metrics_port}"
        raise MetricsError(f"metrics cannot be served on {place}: {error.strerror or error}") from error
    try:
        yield
    finally:
        await runner.cleanup()
