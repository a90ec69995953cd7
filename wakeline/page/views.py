"""The pages: the list of sessions, a session, what can go wrong."""

import asyncio
import math
from datetime import UTC, datetime

from aiohttp import web

from stream_jobs.core.failures import all_failures, by_id, causes_of
from wakeline.page import queries
from wakeline.page.filters import PAGE_SIZE, RANGES, filters_of
from wakeline.page.query import Query
from wakeline.page.session import load
from wakeline.page.shell import page

_TILES = ("attention", "failed", "stuck", "running", "waiting", "succeeded", "stopped", "")


class Pages:
    """The handlers, over one Query."""

    def __init__(self, query: Query) -> None:
        self._query = query

    async def sessions(self, request: web.Request) -> web.Response:
        """List the sessions, the worst first."""
        filters = filters_of(request.query)
        given = filters.parameters(datetime.now(UTC))
        rows, counted, choices, complete = await asyncio.gather(
            self._query(queries.SESSIONS, **given, **filters.paging()),
            self._query(queries.COUNTS, **given),
            self._query(queries.CHOICES),
            self._query(queries.COMPLETE),
        )
        counts = _counts({each["state"]: each["sessions"] for each in counted})
        return page(
            "sessions.html",
            filters=filters,
            rows=rows,
            counts=counts,
            tiles=_TILES,
            choices=choices[0],
            ranges={name: words for name, (words, _) in RANGES.items()},
            complete=complete,
            first=(filters.page - 1) * PAGE_SIZE + 1,
            pages=math.ceil(counts.get(filters.state, 0) / PAGE_SIZE),
        )

    async def session(self, request: web.Request) -> web.Response:
        """Show what happened to one session, and why."""
        found = await load(self._query, request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound
        return page("session.html", page=found)

    async def failures(self, _: web.Request) -> web.Response:
        """List what can go wrong."""
        seen = {each["failure"]: each["sessions"] for each in await self._query(queries.SEEN_FAILURES)}
        return page("failures.html", failures=sorted(all_failures(), key=lambda each: each.title), seen=seen)

    async def failure(self, request: web.Request) -> web.Response:
        """Explain one thing that can go wrong."""
        known = by_id()
        failure = known.get(request.match_info["id"])
        if failure is None:
            raise web.HTTPNotFound
        rows = await self._query(queries.RECENTLY_FAILED_SO, failure=failure.id)
        causes = sorted(causes_of().get(failure.id, ()))
        return page("failure.html", failure=failure, known=known, causes=causes, rows=rows)


def _counts(by_state: dict[str, int]) -> dict[str, int]:
    attention = by_state.get("failed", 0) + by_state.get("stuck", 0)
    return {**by_state, "attention": attention, "": sum(by_state.values())}
