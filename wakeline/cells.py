"""Cells in this process: inputs cut into batches and clusters, what is new of each, what was refused."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from schemas.codec import encode
from schemas.contracts import DeadLetter, Input
from stream_jobs.core.advance import News, advance
from stream_jobs.core.cells import Cells

BATCH = 2000  # inputs
BODY_BYTES = 64 * 1024  # of a dead letter


def batches(inputs: Iterable[Input], size: int = BATCH) -> Iterator[list[Input]]:
    """Cut inputs into batches."""
    source = iter(inputs)
    while batch := list(islice(source, size)):
        yield batch


def by_cluster(batch: Sequence[Input]) -> dict[str, list[Input]]:
    """Return the inputs of each cluster, in their order."""
    found: dict[str, list[Input]] = defaultdict(list)
    for each in batch:
        found[each.cluster].append(each)
    return found


def correlate(inputs: Iterable[Input], take: Callable[[News], None], thresholds: Mapping[str, float]) -> None:
    """Advance a new cell for each cluster, in memory alone, and hand over what is new."""
    cells = Cells(thresholds)
    for batch in batches(inputs):
        for cluster, given in by_cluster(batch).items():
            take(advance(cells[cluster], given))
            cells[cluster].dirty.clear()  # nothing is mirrored


def refusals(news: News) -> list[DeadLetter]:
    """Return a dead letter for each input that was refused, the same one each time."""
    return [
        DeadLetter(
            cluster=given.cluster,
            at=given.observed_at,
            stage="correlate",
            reason=reason,
            body=encode(given)[:BODY_BYTES].decode(errors="backslashreplace"),
        )
        for given, reason in news.refused
    ]


def sentence(letter: DeadLetter) -> str:
    """Return a dead letter as one sentence for the user."""
    try:
        name = msgspec.json.decode(letter.body, type=_Named)
    except msgspec.DecodeError:
        name = _Named()
    what = f"{name.kind} {name.namespace}/{name.name}" if name.kind else "a line"
    return f"{what} of cluster {letter.cluster} was left out: {letter.reason}"


class _Named(msgspec.Struct):
    kind: str = ""
    namespace: str = ""
    name: str = ""
