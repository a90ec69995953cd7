"""Times and lengths of time as people read them: local, with the zone."""

from datetime import datetime, timedelta

NONE = "-"


def moment(at: datetime | None) -> str:
    """Return a time in the local zone, named: "2026-11-24 13:25:21 CET"."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z") if at else NONE


def clock(at: datetime | None) -> str:
    """Return the time of day, for a line whose day is known: "13:25:21"."""
    return at.astimezone().strftime("%H:%M:%S") if at else NONE


def length(since: datetime | None, until: datetime | None) -> str:
    """Return how long it took: "45s", "3m 20s", "2h 05m", "3d 04h"; "-" where an end is not known."""
    if since is None or until is None:
        return NONE
    seconds = max(0, round((until - since) / timedelta(seconds=1)))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 60:
        return f"{seconds}s"
    if minutes < 60:
        return f"{minutes}m {seconds % 60:02}s"
    if hours < 24:
        return f"{hours}h {minutes % 60:02}m"
    return f"{days}d {hours % 24:02}h"
