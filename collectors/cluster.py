"""One cluster, live: every kind that it serves is listed and watched, new kinds as they appear."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from random import Random
from time import monotonic

import aiohttp

from collectors.access import Access, AccessError, RefusedError, open_access
from collectors.discovery import Discovered, discover, matches
from collectors.intake import Intake, Receiver, Stream
from collectors.notes import Notes, Place, PlaceKey, Remembered
from collectors.resource import Resource
from collectors.settings import CollectSettings
from collectors.standing import Standing
from collectors.stats import Deliver, Stats, counted
from collectors.surroundings import Surroundings
from collectors.watch import Watcher
from schemas.contracts import Change, Gap, Input

_LOG = logging.getLogger(__name__)
_START_SECONDS = 30.0  # an API server that does not answer for so long at the start is an error
_CUSTOM = ("apiextensions.k8s.io", "customresourcedefinitions")
_SETTLE_SECONDS = 0.5  # custom kinds come in bunches

MakeReceiver = Callable[[Resource, str], Receiver]
_Place = tuple[Resource, str]  # the namespace is "" for all


class Collector:
    """Collects one cluster into `deliver` until told to stop.

    `deliver` gets inputs in order (of each resource) and may wait, which slows the watches down; it has taken
    what it was given even where the wait for it is cancelled.
    """

    def __init__(
        self,
        settings: CollectSettings,
        deliver: Deliver,
        stats: Stats | None = None,
        make_receiver: MakeReceiver | None = None,
    ) -> None:
        self.stats = stats or Stats()
        self._settings = settings
        self._deliver = counted(deliver, self.stats)
        self._intake = Intake(settings.cluster)
        self._make_receiver = make_receiver or self._stream
        self._watchers: dict[_Place, tuple[Watcher, asyncio.Task[None]]] = {}
        self._receivers: dict[tuple[tuple[str, str], str], Receiver] = {}  # outlive their watchers
        self._kinds_changed = asyncio.Event()
        self._resumes = False  # a next start goes on from what is noted
        self._left: dict[PlaceKey, Place] = {}  # places of the last start, whose watches have not begun
        self._noted: dict[PlaceKey, Place] = {}
        self._killed_after: datetime | None = None

    def remember(self, remembered: Remembered) -> None:
        """Go on from what was noted before this start; from now on `take_notes` tells what to note."""
        self._resumes = True
        self._left = dict(remembered.places)
        self._killed_after = remembered.killed_after
        self._intake.index.restore(remembered)

    def take_notes(self) -> Notes:
        """Return what is new since this was asked last. It is true of inputs that were delivered already."""
        notes = Notes()
        self._intake.index.take_notes(notes)
        for (resource, namespace), (watcher, _) in self._watchers.items():
            key = (*resource.key, namespace)
            place = watcher.place()
            if place and place != self._noted.get(key):
                notes.places[key] = self._noted[key] = place
        return notes

    async def run(self, stop: asyncio.Event) -> None:
        """Collect until `stop` is set; then say what was not seen at the end.

        Raises AccessError where the cluster cannot be reached at the start, and what `deliver` raises.
        """
        async with open_access(self._settings) as access:
            around = self._surroundings(access)
            found = await _first_discovery(access, self._settings, stop)
            async with asyncio.TaskGroup() as tasks:
                self._follow(found, around, tasks)
                chores = [
                    tasks.create_task(self._tell_progress()),
                    tasks.create_task(self._find_new_kinds(around, tasks)),
                ]
                await stop.wait()
                gaps = self._last_words()
                for task in [*chores, *(task for _, task in self._watchers.values())]:
                    task.cancel()
            await self._deliver(gaps)

    def _last_words(self) -> list[Gap]:
        """What is not seen at the end is a gap, unless the next start may go on from where this one stood."""
        if self._resumes:
            return []
        return [gap for watcher, _ in self._watchers.values() if (gap := watcher.last_words())]

    def _surroundings(self, access: Access) -> Surroundings:
        return Surroundings(
            access=access,
            settings=self._settings,
            deliver=self._take,
            stats=self.stats,
            lists=asyncio.Semaphore(self._settings.lists_at_once),
            random=Random(),
        )

    async def _take(self, inputs: Sequence[Input]) -> None:
        if any(isinstance(each, Change) and (each.group, each.resource) == _CUSTOM for each in inputs):
            self._kinds_changed.set()
        await self._deliver(inputs)

    def _stream(self, resource: Resource, namespace: str) -> Receiver:
        covers = namespace.__eq__ if namespace else None
        return Stream(self._intake, resource, covers, namespace)

    def _follow(self, found: Discovered, around: Surroundings, tasks: asyncio.TaskGroup) -> None:
        """Watch what is served now, and no more; of a group that did not answer, nothing changes."""
        places = {place for resource in found.resources.values() for place in self._places(resource)}
        for place, (_, task) in list(self._watchers.items()):
            gone = place not in places and place[0].group not in found.failed
            if gone or (task.done() and not self._is_listed_once(place[0])):
                task.cancel()
                del self._watchers[place]
                self.stats.forget(*place)
        for place in sorted(places - self._watchers.keys(), key=lambda each: (each[0].title, each[1])):
            self._watchers[place] = self._start(place, around, tasks)
        for group, why in found.failed.items():
            _LOG.warning("the API group %s does not answer: %s", group or "core", why)

    def _start(
        self, place: _Place, around: Surroundings, tasks: asyncio.TaskGroup
    ) -> tuple[Watcher, asyncio.Task[None]]:
        resource, namespace = place
        receiver = self._receivers.get((resource.key, namespace)) or self._make_receiver(resource, namespace)
        self.stats.expect(resource, namespace, watched=not self._is_listed_once(resource))
        receiver.resource = resource  # a custom kind may be served in another version than before
        self._receivers[resource.key, namespace] = receiver
        watcher = Watcher(around, receiver, namespace, self._is_listed_once(resource))
        if not receiver.heard_at and not self._is_listed_once(resource):
            self._resume(watcher.standing, (*resource.key, namespace))
        return watcher, tasks.create_task(watcher.run())

    def _resume(self, standing: Standing, key: PlaceKey) -> None:
        if left := self._left.pop(key, None):
            standing.resume(left)
        elif self._killed_after:
            standing.suspect(self._killed_after)

    def _is_listed_once(self, resource: Resource) -> bool:
        return matches(resource, self._settings.list_only) and not self._settings.recorded_time

    def _places(self, resource: Resource) -> list[_Place]:
        if not resource.namespaced or not self._settings.namespaces:
            return [(resource, "")]
        return [(resource, namespace) for namespace in self._settings.namespaces]

    async def _tell_progress(self) -> None:
        if self._settings.recorded_time:
            return  # the recording says how far it has come
        while True:
            await asyncio.sleep(self._settings.progress_seconds)
            told = [watcher.progress() for watcher, _ in self._watchers.values()]
            await self._deliver([progress for progress in told if progress])

    async def _find_new_kinds(self, around: Surroundings, tasks: asyncio.TaskGroup) -> None:
        while True:
            try:
                async with asyncio.timeout(self._settings.discovery_seconds):
                    await self._kinds_changed.wait()
                await asyncio.sleep(_SETTLE_SECONDS)
            except TimeoutError:
                _LOG.debug("looking for new kinds after %s s", self._settings.discovery_seconds)
            self._kinds_changed.clear()
            try:
                self._follow(await discover(around.access, self._settings), around, tasks)
            except (RefusedError, aiohttp.ClientError, TimeoutError) as error:
                _LOG.warning("new kinds could not be looked for: %s", error)


async def _first_discovery(access: Access, settings: CollectSettings, stop: asyncio.Event) -> Discovered:
    end = monotonic() + _START_SECONDS
    while True:
        try:
            return await discover(access, settings)
        except RefusedError as error:
            if error.status in (401, 403) or monotonic() > end:
                raise AccessError(f"the API server refuses to say what it serves: {error}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            if monotonic() > end or isinstance(error, aiohttp.ClientSSLError):
                raise AccessError(f"the API server cannot be reached: {error}") from error
            _LOG.warning("the API server does not answer yet: %s", error)
        if stop.is_set():
            return Discovered()
        await asyncio.sleep(settings.retry_seconds)
