"""Times as the API writes them."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

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


def newest_time(stated: Sequence[str | None]) -> datetime | None:
    """Return the newest; compared without the Z, so that 50.5 seconds come after 50."""
    times = list(filter(None, stated))
    if len("".join(times)) == 20 * len(times):  # no fractions: all are as long as "2026-11-24T12:00:00Z"
        return parse_time(max(times, default=None))
    return parse_time(max([time[:-1] for time in times if time[-1] == "Z"], default="") + "Z")
