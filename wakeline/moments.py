"""Times that people type: "2h", "3d 4h", "2026-11-24", "2026-11-24T13:25:00Z"."""

import re
from datetime import datetime, timedelta

from wakeline.errors import UserError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO = re.compile(r"(?:\d+[smhdw]\s*)+\Z")


def moment_of(text: str, now: datetime, where: str) -> datetime:
    """Return the time; "2h" is so long before `now`, "" is now, a time without a zone is local.

    Raises UserError, naming `where` it was given.
    """
    if not text:
        return now
    try:
        if _AGO.match(text.strip()):
            parts = {_UNITS[unit]: int(number) for number, unit in re.findall(r"(\d+)([smhdw])", text)}
            return now - timedelta(**parts)
        found = datetime.fromisoformat(text.strip())
        return found.astimezone() if found.tzinfo is None else found
    except (ValueError, OverflowError) as error:
        raise UserError(
            f"{where}: expected a time like 2026-11-24T13:25:00Z or a length like 2h, got {text!r}"
        ) from error
