"""Where packed records go: one protocol, Kafka in the fleet, memory in one process."""

from typing import Protocol

from collectors.notes import Notes


class NotDeliveredError(RuntimeError):
    """Records could not be handed over; the message says how many and why."""


class Transport(Protocol):
    """Takes records in order. A record is the lines of `schemas.codec.pack`."""

    async def send(self, record: bytes) -> None:
        """Take one record; waits while the transport is full, so that the watch behind it slows down.

        Raises NotDeliveredError where an earlier record was lost for good.
        """
        ...

    async def flush(self) -> None:
        """Return when everything is durable; raises NotDeliveredError saying how many records are not."""
        ...


class Books(Protocol):
    """Who writes down how far the collector came, and takes each note only once what it says is durable."""

    def take(self) -> Notes | None:
        """Return what is new since the last time: true of every input that was given to a transport."""
        ...

    def sent(self, notes: Notes) -> None:
        """The record to which the notes belong was sent; they are written once it is durable."""
        ...
