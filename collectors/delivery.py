"""From inputs to a transport: packed in order, nothing left behind when a wait is cancelled."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from time import monotonic

from collectors.packing import Packer
from collectors.stats import Stats
from collectors.transport import Transport
from schemas.contracts import Input


class Delivery:
    """Packs inputs and sends the records. Calling it waits while the transport is full.

    Inputs are taken before anything is waited for, so that a cancelled caller has not lost them.
    """

    def __init__(
        self, transport: Transport, packer: Packer, stats: Stats, clock: Callable[[], float] = monotonic
    ) -> None:
        self._transport = transport
        self._packer = packer
        self._stats = stats
        self._clock = clock
        self._outgoing: deque[bytes] = deque()
        self._sending = asyncio.Lock()

    async def __call__(self, inputs: Sequence[Input]) -> None:
        """Take the inputs; return when every record they closed has been handed over."""
        now = self._clock()
        for each in inputs:
            self._outgoing.extend(self._packer.add(each, now))
        await self._send()

    async def linger(self) -> None:
        """Send what has waited long enough."""
        self._outgoing.extend(self._packer.due(self._clock()))
        await self._send()

    async def close(self) -> None:
        """Send everything and wait until it is durable; raises NotDeliveredError where it is not."""
        self._outgoing.extend(self._packer.close())
        await self._send()
        await self._transport.flush()

    async def _send(self) -> None:
        async with self._sending:
            while self._outgoing:
                record = self._outgoing[0]
                await self._transport.send(record)
                self._outgoing.popleft()
                self._stats.records += 1
                self._stats.record_bytes += len(record)
