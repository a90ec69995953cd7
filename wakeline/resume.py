"""What a process that was away must say when it comes back: how long it was blind, and what is gone since."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from schemas.contracts import Change, Gap, Input, Progress
from schemas.kubernetes import kind_key
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known

REASON = "wakeline was not running"


class Resumption:
    """Turns the inputs of a live collector's first lists into those of one that had never been away.

    The collector knows no object from before. So an object of the cell that is in no first list of its kind
    has vanished; until when it existed nobody saw, which a Gap says.
    """

    def __init__(self, cell: Cell) -> None:
        self._cell = cell
        self._until = cell.time or max((each.until for each in cell.covered.values()), default=None)
        self._seen: set[str] = set()
        self._listed: set[tuple[str, str]] = set()  # (kind in full, namespace) whose first list is complete

    def complete(self, inputs: Sequence[Input]) -> Iterator[Input]:
        """Yield the inputs, with what is to be said before and between them."""
        for given in inputs:
            if self._until is not None:
                yield self._gap(self._until, given)
                self._until = None
            yield given
            if isinstance(given, Change):
                self._seen.add(given.uid)
            elif isinstance(given, Progress):
                yield from self._vanished(given)

    def _gap(self, since: datetime, given: Input) -> Gap:
        until = max(since, given.observed_at)
        return Gap(
            cluster=self._cell.cluster,
            resource="*",
            observed_at=until,
            since=since,
            until=until,
            reason=REASON,
        )

    def _vanished(self, progress: Progress) -> Iterator[Change]:
        key = kind_key(progress.group, progress.kind)
        if (key, progress.namespace) in self._listed:
            return
        self._listed.add((key, progress.namespace))
        for known in list(self._cell.of_kind(key)):
            if known.uid not in self._seen and progress.namespace in ("", known.namespace):
                yield _gone(known, progress)


def _gone(known: Known, progress: Progress) -> Change:
    return Change(
        cluster=progress.cluster,
        verb="vanished",
        observed_at=progress.observed_at,
        group=known.group,
        resource=progress.resource,
        kind=known.kind,
        namespace=known.namespace,
        name=known.name,
        uid=known.uid,
        resource_version=known.resource_version,
        epoch=known.epoch,
    )
