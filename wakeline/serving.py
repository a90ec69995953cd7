"""Serve a store on loopback: ClickHouse's HTTP protocol for programs, the page for people, at one address."""

import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from rich.text import Text

from wakeline.errors import UserError
from wakeline.page import ClientQuery, mount
from wakeline.signals import stop_on_signals
from wakeline.store.embedded import EmbeddedStore
from wakeline.store.http import MAX_BODY_BYTES, Endpoint
from wakeline.store.owner import open_client
from wakeline.terminal.screen import out, show

HOST = "127.0.0.1"
PORT = 8420


@asynccontextmanager
async def serving(store: EmbeddedStore, port: int | None = None) -> AsyncIterator[str]:
    """Serve the store and give the address; without `port` it is 8420, or a free one where that is taken.

    Raises UserError where the port cannot be had.
    """
    client = open_client(store.path)
    client.command("SET readonly = 1")
    query = ClientQuery(client)
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    Endpoint(store).add_to(app, home=mount(app, query, root=False))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        bound = await _bind(runner, port)
        store.lock.announce(bound)
        yield f"http://{HOST}:{bound}"
    finally:
        store.lock.announce(None)
        await runner.cleanup()
        query.close()
        client.close()


async def serve_until_stopped(store: EmbeddedStore, port: int | None) -> None:
    """Serve, say where, and return after Ctrl-C."""
    stop = stop_on_signals()
    async with serving(store, port) as address:
        show(out(), Text(f"Open {address} in a browser. Ctrl-C ends.", style="bold"))
        await stop.wait()


async def _bind(runner: web.AppRunner, port: int | None) -> int:
    wanted = PORT if port is None else port
    try:
        await web.TCPSite(runner, HOST, wanted).start()
    except OSError as error:
        if error.errno != errno.EADDRINUSE or port is not None:
            why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had: {error.strerror}"
            raise UserError(
                f"port {wanted} of {HOST} {why}; choose another --port, 0 is any free one"
            ) from error
        await web.TCPSite(runner, HOST, 0).start()
    bound: int = runner.addresses[0][1]
    return bound
