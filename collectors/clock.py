"""The collector's clock, which is a parameter: the system's, or a recording's own."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


class RecordedClock:
    """Shows the time of the recorded line that came last.

    Each watch has one of its own, because each plays its part of the recording at its own speed. Before the
    first line it shows the machine's time, which then is in no input.
    """

    def __init__(self) -> None:
        self._now: datetime | None = None

    def __call__(self) -> datetime:
        """Return the time of the newest line."""
        return self._now or system_clock()

    def set(self, at: datetime | None) -> None:
        """Move on to a line's time; never back, and not at all where the line has none."""
        if at and (self._now is None or at > self._now):
            self._now = at
