"""Thresholds: how long is too long, how much is too much. Each has a name, a reason, and may be set."""

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
