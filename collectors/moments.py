"""When something happened, as an object itself states it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from collectors.glance import Glance
from collectors.views import Metadata

_EPOCH_IS_OVER = "1971"  # StartError containers start in 1970, zero times of Go are in the year 1


@lru_cache(maxsize=4096)  # versions of one object repeat nearly all of their times
def parse_time(text: str | None) -> datetime | None:
    """Return an API time as an aware datetime; None for null, "", what is no time, and zero times."""
    if not text or text < _EPOCH_IS_OVER:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def happened_at(looked: Glance, writes: Sequence[str | None]) -> datetime | None:
    """Return the newest time the object states; None where it states none.

    `writes` are the times of managedFields. An Event's time is the first of its own that is not null, because
    its other times are older by design.
    """
    if looked.times_decide and (found := parse_time(looked.times[0])):
        return found
    metadata = looked.metadata
    newest = parse_time(_newest([metadata.creationTimestamp, *writes, *looked.times]))
    if metadata.deletionTimestamp is None:
        return newest
    requested = _deletion_requested(metadata)
    return max(newest, requested) if newest and requested else newest or requested


def _newest(stated: Sequence[str | None]) -> str:
    """Return the newest; compared without the Z, so that 50.5 seconds come after 50."""
    return max([time[:-1] for time in stated if time and time[-1] == "Z"], default="") + "Z"


def _deletion_requested(metadata: Metadata) -> datetime | None:
    """deletionTimestamp lies in the future: it is the time of the request plus the grace period."""
    stamp = parse_time(metadata.deletionTimestamp)
    return stamp and stamp - timedelta(seconds=metadata.deletionGracePeriodSeconds or 0)
