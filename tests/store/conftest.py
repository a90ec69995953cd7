"""An embedded store, and its endpoint on a loopback port."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.loopback import serve
from wakeline.store.embedded import EmbeddedStore
from wakeline.store.http import MAX_BODY_BYTES, Endpoint


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    with EmbeddedStore(tmp_path / "store") as made:
        yield made


async def page(_: web.Request) -> web.Response:
    return web.Response(text="the page")


class Served(threading.Thread):
    """The endpoint beside a page, on a loop of its own as in the program."""

    def __init__(self, store: EmbeddedStore) -> None:
        super().__init__(name="endpoint")
        self.store = store
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.port = 0

    def run(self) -> None:
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        Endpoint(self.store).add_to(app, home=page)
        async with serve(app) as address:
            self.port = int(address.rpartition(":")[2])
            self.stopped = asyncio.Event()
            self.ready.set()
            await self.stopped.wait()


@pytest.fixture
def port(store: EmbeddedStore) -> Iterator[int]:
    served = Served(store)
    served.start()
    assert served.ready.wait(20)
    store.lock.announce(served.port)
    yield served.port
    served.loop.call_soon_threadsafe(served.stopped.set)
    served.join(20)
