"""A web application served on loopback while a `with` lasts."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


@asynccontextmanager
async def serve(app: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve the application and give its address; without `port` a free one is taken.

    Accepting ends before the server does: Python 3.11 drops a connection that it accepted in the very moment
    of closing and never closes its socket (asyncio.base_events.Server._attach asserts).
    """
    listening = socket.create_server(("127.0.0.1", port))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        asyncio.get_running_loop().remove_reader(listening)
        await asyncio.sleep(0)  # what was accepted becomes a task,
        await asyncio.sleep(0)  # and the task a connection that cleanup() closes
        await runner.cleanup()
