"""Seconds from a change's arrival to the stored verdict that it led to, in the embedded live mode.

Recordings are served by the API server of the tests, at a steady pace, to the real collector, cells and
store of one process. A row's version is the time at which its newest input arrived; a verdict's delay is how
much later its row was in the store.
"""

import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path

from collectors.settings import CollectSettings
from tests.support.api_server import ApiServer
from tests.support.recordings import streams
from wakeline.embedded import Embedded, Taken
from wakeline.live import follow
from wakeline.store.embedded import EmbeddedStore

SCENARIOS = (
    "job-oom",
    "image-pull-variety",
    "argo-dag-fail",
    "quota-exceeded",
    "pod-deleted-by-user",
    "node-lost",
)
LINES_PER_SECOND = 25.0  # of each watch
GOAL_SECONDS = 5.0


def main() -> None:
    """Print one JSON line."""
    delays = sorted(delay for name in SCENARIOS for delay in asyncio.run(delays_of(name)))
    ninth = statistics.quantiles(delays, n=10)[-1]
    print(  # noqa: T201 - a benchmark's output
        json.dumps(
            {
                "benchmark": "live",
                "verdicts": len(delays),
                "seconds_p50": round(statistics.median(delays), 2),
                "seconds_p90": round(ninth, 2),
                "seconds_max": round(delays[-1], 2),
                "goal_seconds_p90": GOAL_SECONDS,
            }
        )
    )


async def delays_of(scenario: str) -> list[float]:
    """Watch a cluster in which the recording happens; return the delay of each new verdict."""
    stop = asyncio.Event()
    told: dict[str, str] = {}
    delays: list[float] = []

    def tell(taken: Taken) -> None:
        now = time.time()
        for news in taken.news.values():
            for session in news.sessions:
                title = session.verdict.title if session.verdict else ""
                if title and told.get(session.id) != title:
                    delays.append(now - session.version / 1e6)
                told[session.id] = title

    with tempfile.TemporaryDirectory() as folder, EmbeddedStore(Path(folder) / "store") as store:
        async with ApiServer(
            streams(scenario), recorded_time=False, lines_per_second=LINES_PER_SECOND
        ) as server:
            settings = CollectSettings(server=server.address, cluster="bench", list_only=(), secrets=True)
            following = asyncio.create_task(follow(settings, Embedded(store, live=True), stop, tell))
            await server.delivered.wait()
            await asyncio.sleep(2 * settings.linger_seconds + 1)
            stop.set()
            await following
    return delays


if __name__ == "__main__":
    main()
