"""What the collector counts about itself."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime

import msgspec

from collectors.resource import Resource
from schemas.contracts import Change, Gap, Input, Progress

Deliver = Callable[[Sequence[Input]], Awaitable[None]]
Key = tuple[str, str]  # (group, resource)


class Reach(msgspec.Struct):
    """How far one resource has come."""

    told: dict[str, datetime | None]  # up to when all is told, by namespace ("" for all); None: not yet
    watched: bool = True  # False: it is listed once
    refused: int = 0  # status of the newest refusal, until all is told again
    changes: int = 0
    received: int = 0
    dropped: int = 0
    gaps: int = 0

    def lag_seconds(self, now: datetime) -> float | None:
        """Return the time that is not told yet; None where nothing is yet, or nothing more is awaited."""
        told = [each for each in self.told.values() if each]
        if not self.watched or not told:
            return None
        return max(0.0, (now - min(told)).total_seconds())


class Stats(msgspec.Struct):
    """Counters since the start, for one cluster."""

    received: int = 0  # items of lists and watches
    sent: int = 0  # changes
    dropped: int = 0  # items that told nothing new
    unreadable: int = 0  # lines that were no object
    gaps: int = 0
    relists: int = 0
    reconnects: int = 0
    refused: int = 0  # answers other than 200
    records: int = 0
    record_bytes: int = 0
    reaches: dict[Key, Reach] = {}

    def expect(self, resource: Resource, namespace: str, *, watched: bool) -> None:
        """A resource is followed from now on."""
        reach = self.reaches.setdefault(resource.key, Reach({}, watched))
        reach.told.setdefault(namespace, None)

    def forget(self, resource: Resource, namespace: str) -> None:
        """A resource is not served any more; what was counted of it stays."""
        if reach := self.reaches.get(resource.key):
            reach.told.pop(namespace, None)

    def refuse(self, resource: Resource, status: int) -> None:
        """The server answered something else than 200."""
        self.refused += 1
        if reach := self.reaches.get(resource.key):
            reach.refused = status

    def note(self, inputs: Sequence[Input]) -> None:
        """Count what was delivered."""
        for each in inputs:
            reach = self.reaches.get((each.group, each.resource))
            if isinstance(each, Change):
                self.sent += 1
            elif isinstance(each, Gap):
                self.gaps += 1
            if reach:
                _count(reach, each)

    def waiting(self) -> Iterator[Key]:
        """Yield what is followed and has neither told all once nor been refused."""
        for key, reach in self.reaches.items():
            if not reach.refused and None in reach.told.values():
                yield key


def counted(deliver: Deliver, stats: Stats) -> Deliver:
    """Return `deliver`, and count what was taken."""

    async def take(inputs: Sequence[Input]) -> None:
        await deliver(inputs)
        stats.note(inputs)

    return take


def _count(reach: Reach, item: Input) -> None:
    if isinstance(item, Change):
        reach.changes += 1
    elif isinstance(item, Gap):
        reach.gaps += 1
    elif isinstance(item, Progress):
        reach.received += item.received
        reach.dropped += item.dropped
        if item.namespace in reach.told:
            reach.told[item.namespace], reach.refused = item.until, 0
