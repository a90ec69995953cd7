"""How long to wait after a failure: longer each time, and never all at once."""

from random import Random

LONGEST_SECONDS = 30.0


class Backoff:
    """Doubles the wait with each failure in a row, up to half a minute, and spreads it by a random factor."""

    def __init__(self, first_seconds: float, random: Random) -> None:
        self._first = first_seconds
        self._random = random
        self._failures = 0

    def reset(self) -> None:
        """It went well."""
        self._failures = 0

    def next(self, asked_seconds: float | None = None) -> float:
        """Return the seconds to wait; what the server asked for (Retry-After) is the least."""
        wait = min(self._first * 2.0**self._failures, LONGEST_SECONDS)
        self._failures = min(self._failures + 1, 16)
        spread = wait * self._random.uniform(0.5, 1.0)
        return spread if asked_seconds is None else asked_seconds + spread / 10
