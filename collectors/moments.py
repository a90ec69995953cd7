"""When something happened, as an object itself states it."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

_EPOCH_IS_OVER = "1971"  # StartError containers start in 1970, zero times of Go are in the year 1
_EVENT_TIMES = ("lastTimestamp", "eventTime", "firstTimestamp")  # null in events of newer senders
_STATUS_TIMES = ("startTime", "completionTime", "startedAt", "finishedAt")
_CONTAINERS = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")


def parse_time(text: object) -> datetime | None:
    """Return an API time as an aware datetime; None for null, "", what is no time, and zero times."""
    if not isinstance(text, str) or text < _EPOCH_IS_OVER:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def happened_at(body: dict[str, Any], writes: Iterable[str | None], is_event: bool) -> datetime | None:
    """Return the newest time the object states; None where it states none.

    `writes` are the times of managedFields. An Event's time is the first of its own that is not null, because
    its other times are older by design.
    """
    metadata = body.get("metadata") or {}
    if is_event and (found := _event_time(body)):
        return found
    stated = [metadata.get("creationTimestamp"), *writes]
    status = body.get("status")
    if isinstance(status, dict):
        stated.extend(_status_times(status))
    newest = parse_time(_newest(stated))
    requested = _deletion_requested(metadata)
    return max((time for time in (newest, requested) if time), default=None)


def _newest(stated: Iterable[object]) -> str:
    """Return the newest; without the Z, so that 50.5 seconds sort after 50."""
    usable = [time[:-1] for time in stated if isinstance(time, str) and time[-1:] == "Z"]
    return max(usable, default="") + "Z"


def _event_time(body: dict[str, Any]) -> datetime | None:
    series = body.get("series")
    if isinstance(series, dict) and (found := parse_time(series.get("lastObservedTime"))):
        return found
    return next((found for name in _EVENT_TIMES if (found := parse_time(body.get(name)))), None)


def _deletion_requested(metadata: dict[str, Any]) -> datetime | None:
    """deletionTimestamp lies in the future: it is the time of the request plus the grace period."""
    stamp = parse_time(metadata.get("deletionTimestamp"))
    grace = metadata.get("deletionGracePeriodSeconds")
    if stamp and isinstance(grace, int | float):
        return stamp - timedelta(seconds=grace)
    return stamp


def _status_times(status: dict[str, Any]) -> Iterator[object]:
    for name in _STATUS_TIMES:
        yield status.get(name)
    conditions = status.get("conditions")
    for condition in conditions if isinstance(conditions, list) else ():
        if isinstance(condition, dict):
            yield condition.get("lastTransitionTime")
    for name in _CONTAINERS:
        statuses = status.get(name)
        for container in statuses if isinstance(statuses, list) else ():
            yield from _container_times(container)


def _container_times(container: object) -> Iterator[object]:
    for name in ("state", "lastState"):
        states = container.get(name) if isinstance(container, dict) else None
        for state in states.values() if isinstance(states, dict) else ():
            if isinstance(state, dict):
                yield state.get("startedAt")
                yield state.get("finishedAt")
