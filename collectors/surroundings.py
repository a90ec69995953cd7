"""What all watches of one cluster share, and what takes each of them back to a list."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import msgspec

from collectors.access import Access, RefusedError
from collectors.settings import CollectSettings
from collectors.stats import Deliver, Stats
from collectors.wire import GONE, WatchEvent, read_status


class ExpiredError(Exception):
    """The server no longer knows the version to go on from; only a new list helps. Its text says why."""


class Surroundings(msgspec.Struct, kw_only=True):
    """What all watches of one cluster share."""

    access: Access
    settings: CollectSettings
    deliver: Deliver  # must keep what it was given even where the wait for it is cancelled
    stats: Stats
    lists: asyncio.Semaphore
    random: Random
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


def error_of(event: WatchEvent) -> ExpiredError | RefusedError:
    """Return what an ERROR event says that ended a watch."""
    status = read_status(event.object)
    text = f"{status.reason}: {status.message}"
    if status.code == GONE:
        return ExpiredError(f"the watch ended: 410 {text}")
    asked = status.details.retryAfterSeconds if status.details else None
    return RefusedError(status.code or 500, text, asked)
