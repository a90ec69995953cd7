"""The contract of a failure: one file, one constant, one `find`."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from schemas.contracts import Severity
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.thresholds import Threshold

if TYPE_CHECKING:
    from stream_jobs.core.cell import Cell

Find = Callable[[Known, "Cell"], Iterator[Finding | Later]]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which things go wrong. Ids, sentences and edges are those of docs/reference/failures.md.

    `find(known, cell)` looks at one object of the kinds in `judges` and yields what is wrong with it. It is a
    pure function of the cell's state and changes nothing. It may look at the object, its events, its owners
    up the chain, what it owns down the chain, what it points at (`cell.uses`), and, for a pod without a node,
    at all nodes: when one of those changes, it is asked again.
    """

    id: str
    title: str  # a few words, as a heading: "Out of memory"
    says: str  # what it means, for any case, in words for a data scientist
    sees: str = ""  # what one sees of it with kubectl, in a status or an engine's page
    confirm: tuple[str, ...] = ()  # how to make sure: commands, and what they print then
    judges: tuple[str, ...]  # kinds in full: "Pod", "Job.batch"; "*" is every kind
    severity: Severity
    role: Literal["cause", "symptom", "either"]
    playbook: tuple[str, ...]
    leads_to: tuple[str, ...] = ()  # ids; those not built yet are allowed
    lasting: bool = False  # True: still counts after it is over, or when the run succeeded all the same
    on_purpose: bool = False  # True: meant so (a queue, an approval): the verdict even where it is but a note
    thresholds: tuple[Threshold, ...] = ()
    needs: tuple[str, ...] = ()  # kinds without which nothing can be found
    rule: int = 1  # raised when `find` concludes something else from the same state
    find: Find
