"""The list over a stand-in for the store."""

import asyncio
import threading

from aiohttp import ClientSession, web

from tests.support.loopback import serve
from wakeline.page import Query, mount


def answer_over(query: Query) -> tuple[int, str]:
    """Return status and text of the list.

    In a thread of its own: Playwright's loop may run in the test's.
    """
    found: list[tuple[int, str]] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(_answer(query))))
    thread.start()
    thread.join(30)
    return found[0]


async def _answer(query: Query) -> tuple[int, str]:
    app = web.Application()
    mount(app, query)
    async with serve(app) as address, ClientSession() as client, client.get(address) as answer:
        return answer.status, await answer.text()
