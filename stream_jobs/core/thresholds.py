"""Thresholds: how long is too long, how much is too much. Each has a name, a reason, and may be set."""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from stream_jobs.core.cell import Cell


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """A time to wait before silence means something. `id` is the failure's id, a dot and a name."""

    id: str  # "pod-stuck-terminating.patience"
    default: timedelta
    says: str  # what happens after it, and why this long

    def of(self, cell: "Cell") -> timedelta:
        """Return the time for this cell: as set, else the default."""
        set_to = cell.thresholds.get(self.id)
        return self.default if set_to is None else timedelta(seconds=set_to)


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A count or a share beyond which something is worth telling. `id` as in Patience."""

    id: str  # "quota-almost-full.share"
    default: float
    says: str

    def of(self, cell: "Cell") -> float:
        """Return the level for this cell: as set, else the default."""
        return cell.thresholds.get(self.id, self.default)


Threshold = Patience | Level

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_TIME = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+")


class ThresholdError(ValueError):
    """A threshold cannot be set so; the message is one sentence for the user."""


def read_thresholds(texts: Iterable[str], known: Mapping[str, Threshold]) -> dict[str, float]:
    """Read "pod-stuck-terminating.patience=5m" into {id: seconds or level}. Raises ThresholdError."""
    found = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign:
            raise ThresholdError(f"threshold {text!r}: expected NAME=VALUE, as {next(iter(known), 'a')}=5m")
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {close[0]}?" if close else "docs/reference/thresholds.md lists them"
            raise ThresholdError(f"threshold {name!r}: there is none of that name; {hint}")
        found[name] = _time(text, value) if isinstance(known[name], Patience) else _level(text, value)
    return found


def _time(text: str, value: str) -> float:
    if not _TIME.fullmatch(value):
        raise ThresholdError(f"threshold {text!r}: expected a time like 90s, 5m or 1h30m")
    return sum(float(part[:-1]) * _UNITS[part[-1]] for part in re.findall(r"[\d.]+[smhd]", value))


def _level(text: str, value: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise ThresholdError(f"threshold {text!r}: expected a number like 3 or 0.9") from error
