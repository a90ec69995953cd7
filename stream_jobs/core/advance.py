"""The core in one function: inputs of one cluster in, what is new out."""

from collections.abc import Sequence

import msgspec

from schemas.contracts import Anomaly, Edit, Input, Session
from stream_jobs.core.cell import Cell
from stream_jobs.core.forget import forget
from stream_jobs.core.judge import judge
from stream_jobs.core.packing import pack_quiet
from stream_jobs.core.remember import remember


class News(msgspec.Struct, frozen=True):
    """What a batch of inputs brought. Rows carry the cell's version; a repeated batch brings nothing."""

    sessions: tuple[Session, ...] = ()
    anomalies: tuple[Anomaly, ...] = ()
    edits: tuple[Edit, ...] = ()
    refused: tuple[tuple[Input, str], ...] = ()  # inputs whose object has not its kind's shape, and why


def advance(cell: Cell, inputs: Sequence[Input]) -> News:
    """Fold the inputs into the cell, in order, and judge what they touched.

    Judgement is a function of the cell's state. How the inputs are cut into batches, how those of different
    objects interleave and how often they come changes nothing in what the rows say in the end.
    """
    refused: list[tuple[Input, str]] = []
    for given in inputs:
        try:
            remember(cell, given)
        except msgspec.ValidationError as error:
            refused.append((given, str(error)))
    found = judge(cell)
    forget(cell)
    pack_quiet(cell)
    return News(found.sessions, found.anomalies, found.edits, tuple(refused))
