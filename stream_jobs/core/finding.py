"""What a failure's `find` returns: a Finding, or the wish to look again Later."""

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from schemas.contracts import Evidence, Ref, Severity

if TYPE_CHECKING:
    from stream_jobs.core.cell import Cell

EVERYWHERE = "*"  # among `hits`: whatever suffers from it, anywhere in the cluster


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is or was wrong with one object.

    `says` is one sentence that names the concrete things. `occurrence` tells this time from other times
    (container and restart, attempt, generation) and never holds a time or a text that may change.
    Until is None while it is so; a thing that cannot be undone (a container's exit) has no until.
    """

    says: str
    since: datetime | None
    until: datetime | None = None
    occurrence: str = ""
    evidence: tuple[Evidence, ...] = ()
    subject: Ref | None = None  # None: the object that was judged
    about: tuple[str, ...] = ()  # uids or targets that the evidence names: its cause may lie there
    hits: tuple[str, ...] = ()  # uids of further objects that suffer from it
    severity: Severity | None = None  # None: the failure's own
    confidence: float = 1.0
    explanation: str = ""  # more than the sentence, for those who want it
    playbook: tuple[str, ...] = ()  # concrete steps, shown before the failure's own
    failure: str = ""  # filled in by the judge


class Later(msgspec.Struct, frozen=True):
    """Nothing yet; judge the object again when cell time has reached `at`."""

    at: datetime


def summary(cell: "Cell", mark: str) -> Finding:
    """The anomaly's first finding, which stands for all of them."""
    return min(cell.marks[mark].values(), key=lambda each: (moment(each.since), each.says))


def moment(time: datetime | None) -> float:
    """Return a time as a number that sorts, an unknown one first."""
    return time.timestamp() if time is not None else 0.0
