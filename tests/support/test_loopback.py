"""The server of the tests leaves nothing open."""

import asyncio
import gc
import socket
import warnings

from aiohttp import web

from tests.support.loopback import serve


async def test_a_connection_accepted_while_the_server_closes_is_closed_too() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        async with serve(web.Application()) as address:
            client = socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5)
            await asyncio.sleep(0)  # the server's loop sees the connection,
            await asyncio.sleep(0)  # and has accepted it
        assert client.recv(1) == b""
        client.close()
        gc.collect()
    assert [str(each.message) for each in told] == []
