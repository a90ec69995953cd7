"""One resource's list and watch: page, follow, resume, notice silence, list again, say what was not seen."""

import logging
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import datetime
from time import monotonic

import aiohttp
import msgspec

from collectors.access import AccessError, RefusedError
from collectors.backoff import Backoff
from collectors.bodies import UnreadableObjectError
from collectors.clock import RecordedClock, system_clock
from collectors.intake import VERBS, WENT_BACK, Receiver
from collectors.metadata_only import accepted
from collectors.moments import parse_time
from collectors.notes import Place
from collectors.observe import number
from collectors.standing import Standing
from collectors.surroundings import ExpiredError, Surroundings, error_of
from collectors.wire import (
    GONE,
    Page,
    WatchEvent,
    lines_of,
    list_path,
    read_event,
    read_page,
    resource_version,
    split_event,
)
from schemas.contracts import Gap, Input, Progress

_LOG = logging.getLogger(__name__)
_FORBIDDEN_SECONDS = 60.0  # before a refused kind is asked for again: rights are seldom given
_SHORT_SECONDS = 1.0
_NOT_SERVED = (404, 405)


class Watcher:
    """Lists one resource and follows it until cancelled; `run` returns where the kind is no longer served."""

    def __init__(self, around: Surroundings, receiver: Receiver, namespace: str, list_only: bool) -> None:
        self.receiver = receiver
        self.standing = Standing(receiver)
        self._around = around
        self._namespace = namespace
        self._list_only = list_only
        self._clock = RecordedClock() if around.settings.recorded_time else system_clock
        self._backoff = Backoff(around.settings.retry_seconds, around.random)
        self._expired = False  # and nothing came since
        self._newest = b""  # object of the newest line, until its version is read
        self._said: set[int] = set()  # refusals that were logged

    async def run(self) -> None:
        """List and watch, over and over; faults of the server and the network are waited for."""
        while True:
            try:
                if not self.standing.position:
                    await self._list()
                if self._list_only:
                    return
                await self._check_position()
                await self._watch()
            except ExpiredError as error:
                self.standing.lose(str(error))
                await self._around.sleep(self._backoff.next() if self._expired else 0)
                self._expired = True
            except RefusedError as error:
                if error.status in _NOT_SERVED:
                    return
                await self._refused(error)
            except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError) as error:
                await self._broke(error)

    def progress(self) -> Progress | None:
        """Return how far all is told; None while a list is incomplete or the connection is broken."""
        until = self.standing.progress_until(self._clock())
        return self.receiver.progress(until) if until else None

    def place(self) -> Place | None:
        """Return where a later watch could go on; None where only a list could tell."""
        return None if self._list_only else self.standing.place()

    def last_words(self) -> Gap | None:
        """Return the Gap that is open while the collector stops."""
        blind_since = self.receiver.heard_at
        if not self.standing.broken or not self.receiver.complete or blind_since is None:
            return None
        return self.receiver.gap(
            blind_since, self._clock(), "the collector stopped while the watch was broken"
        )

    async def _list(self) -> None:
        async with self._around.lists:
            try:
                page = await self._page("")
                await self._begin(page)
                while token := page.metadata.continue_:
                    page = await self._page(token)
                    await self._items(page)
            except BaseException:
                self.receiver.give_up_list()
                raise
            await self._end(page)

    async def _page(self, token: str) -> Page:
        query = {"limit": str(self._around.settings.page_items)} | ({"continue": token} if token else {})
        try:
            return await self._read_page(query)
        except RefusedError as error:
            if error.status == GONE:
                raise ExpiredError(f"the list took too long: {error}") from error
            raise

    async def _read_page(self, query: dict[str, str]) -> Page:
        async with self._get(query) as response:
            return read_page(await response.read())

    async def _check_position(self) -> None:
        """A store that was put back counts from a lower version; a watch from a later one says nothing."""
        if not self.standing.doubtful:
            return
        async with self._around.lists:
            page = await self._read_page({"limit": "1"})
        if 0 < number(page.metadata.resourceVersion) < number(self.standing.position):
            raise ExpiredError(WENT_BACK)
        self.standing.doubtful = False

    async def _begin(self, page: Page) -> None:
        at = self._time(next(iter(page.at or ()), page.until))
        if gap := self.receiver.begin_list(at, self.standing.reason):
            self._around.stats.relists += 1
            await self._deliver([gap])
        await self._items(page)

    async def _items(self, page: Page) -> None:
        inputs: list[Input] = []
        for place, body in enumerate(page.items or ()):
            at = self._time(page.at[place] if page.at else "")
            self._item("LISTED", bytes(body), at, inputs)
        await self._deliver(inputs)

    async def _end(self, page: Page) -> None:
        at = self._time(page.until)
        await self._deliver(list(self.receiver.end_list(page.metadata.resourceVersion, page.kind, at)))
        self.standing.list_ended(page.metadata.resourceVersion or "0", at)

    async def _watch(self) -> None:
        """Watch until the server ends it, as it does every few minutes."""
        began = monotonic()
        await self._follow()
        self._around.stats.reconnects += 1
        if monotonic() - began < _SHORT_SECONDS:  # a server that ends every watch at once is not hurried
            await self._around.sleep(self._backoff.next())
        else:
            self._backoff.reset()

    async def _follow(self) -> None:
        seconds = int(self._around.settings.watch_seconds * self._around.random.uniform(1, 2))
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": self.standing.position,
            "timeoutSeconds": str(seconds),
        }
        try:
            async with self._get(query) as response, aclosing(lines_of(response.content)) as bursts:
                self.standing.connect(self._clock())
                async for lines in bursts:
                    self.standing.begin_burst(self._clock())
                    await self._burst(lines)
                    self.standing.end_burst()
                self.standing.end(self._clock())
        except RefusedError as error:
            if error.status == GONE:
                raise ExpiredError(f"the watch was refused: {error}") from error
            raise
        finally:
            self.standing.disconnect()

    async def _burst(self, lines: list[bytes]) -> None:
        """Take the lines that came at once; what they say is delivered even where one of them is an error."""
        inputs: list[Input] = []
        try:
            for line in lines:
                self._line(line, inputs)
        except msgspec.DecodeError as error:
            raise ExpiredError(f"the watch sent a line that is no event: {error}") from error
        finally:
            self._move_on()
            await self._deliver(inputs)

    def _move_on(self) -> None:
        """What came is what a new watch goes on from."""
        if self._newest:
            self.standing.position = resource_version(self._newest) or self.standing.position
            self._newest, self._expired = b"", False
            self._backoff.reset()

    def _line(self, line: bytes, inputs: list[Input]) -> None:
        if plain := split_event(line):
            sign, body = plain
            self._item(sign, body, self._clock(), inputs)
            self._newest = body
            self.standing.spoke()
        else:
            self._event(read_event(line), inputs)

    def _event(self, event: WatchEvent, inputs: list[Input]) -> None:
        if event.until:
            if (until := parse_time(event.until)) and self.receiver.complete:
                inputs.append(self.receiver.progress(until))
            return
        at = self._time(event.at)
        if event.type == "ERROR":
            self._error(event, at)
        if event.type in VERBS:
            self._item(event.type, bytes(event.object), at, inputs)
        else:
            self._bookmark(event, at)
        self._newest = bytes(event.object)
        self.standing.spoke(at_its_end=event.type == "BOOKMARK")

    def _bookmark(self, event: WatchEvent, at: datetime) -> None:
        self.receiver.heard(at, event.type, bytes(event.object))
        if 0 < number(resource_version(event.object)) < number(self.standing.position):
            raise ExpiredError(WENT_BACK)

    def _error(self, event: WatchEvent, at: datetime) -> None:
        before = self.receiver.heard_at
        self.receiver.heard(at, event.type, bytes(event.object))
        self.standing.heard_error(before)
        raise error_of(event)

    def _item(self, sign: str, body: bytes, at: datetime, inputs: list[Input]) -> None:
        stats = self._around.stats
        stats.received += 1
        try:
            change = self.receiver.item(VERBS[sign], body, at)
        except UnreadableObjectError as error:
            stats.unreadable += 1
            _LOG.warning("%s: an object could not be read: %s", self.receiver.resource.title, error)
            inputs.append(self.receiver.gap(at, at, f"an object could not be read: {error}"))
            return
        if change:
            inputs.append(change)
        else:
            stats.dropped += 1

    async def _deliver(self, inputs: list[Input]) -> None:
        if not inputs:
            return
        began = monotonic()
        await self._around.deliver(inputs)
        self.standing.held(monotonic() - began)

    async def _refused(self, error: RefusedError) -> None:
        self.standing.broken, self.standing.doubtful = True, error.status >= 500 or self.standing.doubtful
        self._around.stats.refuse(self.receiver.resource, error.status)
        wait = self._backoff.next(error.retry_after_seconds)
        if error.status == 401:
            await self._renew()
        if error.status == 403:
            wait = max(wait, _FORBIDDEN_SECONDS)
        if error.status not in self._said:
            self._said.add(error.status)
            _LOG.warning("%s: refused: %s", self.receiver.resource.title, error)
        await self._around.sleep(wait)

    async def _renew(self) -> None:
        try:
            await self._around.access.renew()
        except AccessError as error:  # a token that is just being written; it is tried again
            _LOG.warning("%s", error)

    async def _broke(self, error: Exception) -> None:
        """The connection broke or fell silent: nothing is lost while the server knows the position."""
        self.standing.broken = self.standing.doubtful = True
        self._around.stats.reconnects += 1
        _LOG.info("%s: connecting anew: %s", self.receiver.resource.title, error or type(error).__name__)
        await self._around.sleep(self._backoff.next())

    def _get(self, query: dict[str, str]) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        path = list_path(self.receiver.resource, self._namespace)
        accept = accepted(self.receiver.resource, listing="watch" not in query)
        return self._around.access.get(path, query, self._around.settings.silence_seconds, accept)

    def _time(self, recorded: str) -> datetime:
        if isinstance(self._clock, RecordedClock):
            self._clock.set(parse_time(recorded))
        return self._clock()
