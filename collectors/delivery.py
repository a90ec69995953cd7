"""From inputs to a transport: packed in order, nothing left behind when a wait is cancelled."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic

from collectors.notes import Notes
from collectors.packing import Packer
from collectors.stats import Stats
from collectors.transport import Books, Transport
from schemas.contracts import Input


class Delivery:
    """Packs inputs and sends the records. Calling it waits while the transport is full.

    Inputs are taken before anything is waited for, so that a cancelled caller has not lost them. Whoever
    learns of an input gives it in the same step, so notes taken here speak only of inputs that were packed.
    """

    def __init__(
        self, transport: Transport, packer: Packer, stats: Stats, clock: Callable[[], float] = monotonic
    ) -> None:
        self.books: Books | None = None
        self._transport = transport
        self._packer = packer
        self._stats = stats
        self._clock = clock
        self._outgoing: deque[tuple[bytes, Notes | None]] = deque()
        self._of_open: Notes | None = None  # notes that belong to the record which is being filled
        self._sending = asyncio.Lock()

    async def __call__(self, inputs: Sequence[Input]) -> None:
        """Take the inputs; return when every record they closed has been handed over."""
        now = self._clock()
        self._closed([record for each in inputs for record in self._packer.add(each, now)])
        await self._send()

    async def linger(self) -> None:
        """Send what has waited long enough."""
        self._closed(self._packer.due(self._clock()))
        await self._send()

    async def close(self) -> None:
        """Send everything and wait until it is durable; raises NotDeliveredError where it is not."""
        self._closed(self._packer.close())
        await self._send()
        await self._transport.flush()

    def _closed(self, records: list[bytes]) -> None:
        """Notes go with the record that holds the newest input they speak of; that one may still be open."""
        for record in records:
            self._outgoing.append((record, self._of_open))
            self._of_open = None
        if records and self.books:
            notes = self.books.take()
            if self._packer.empty:
                self._outgoing[-1] = (records[-1], _joined(self._outgoing[-1][1], notes))
            else:
                self._of_open = notes

    async def _send(self) -> None:
        async with self._sending:
            while self._outgoing:
                record, notes = self._outgoing[0]
                await self._transport.send(record)
                self._outgoing.popleft()
                if notes and self.books:
                    self.books.sent(notes)
                self._stats.records += 1
                self._stats.record_bytes += len(record)


def _joined(older: Notes | None, newer: Notes | None) -> Notes | None:
    if older and newer:
        older.add(newer)
    return older or newer
