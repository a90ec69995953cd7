"""Pods that work together: who of them ended first, and who ended because of it."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Exit, Known, deletion_requested
from stream_jobs.core.pods import exits, started_at
from stream_jobs.core.signs.lives import stopped

SLACK = timedelta(seconds=5)  # a node's clock and the API server's
TOGETHER = timedelta(seconds=30)  # peers that miss one member end at about the same time
# What collective libraries write when a peer is gone: NCCL, Gloo, torch's store, MPI.
LOST_PEER = re.compile(
    r"NCCL|remote process exited|[Cc]onnection (?:closed by|reset by) (?:remote )?peer|[Ww]atchdog caught"
    r"|Gloo|rank \d+ (?:lost|died)|Broken pipe|MPI_ABORT"
)


class End(msgspec.Struct, frozen=True):
    """How one pod ended badly: by its own program (`exit`), or removed from outside (None)."""

    pod: Known
    at: datetime
    exit: Exit | None


class Loss(msgspec.Struct, frozen=True):
    """One member was lost, and these that ran beside it ended after it; `on` are those that ran on."""

    first: End
    after: tuple[End, ...]
    on: tuple[Known, ...] = ()


def losses(pods: Iterable[Known], cell: Cell, *, sworn: bool, over: datetime | None = None) -> Iterator[Loss]:
    """Yield each loss among the pods, oldest first.

    `sworn`: the pods certainly work together. Else that must show: they say so, or all end together, and in
    another way than the first, as programs that merely share a fault would not. `over`: when the whole had
    failed; pods that work together and still ran then had no use without the one that had ended.
    """
    members = list(pods)
    ends = sorted(
        (end for known in members if (end := _end(known, cell)) is not None),
        key=lambda each: (each.at, each.pod.name),
    )
    done: set[str] = set()
    for first in ends:
        if first.pod.uid in done or any(_finished(each, first.at) for each in members):
            continue
        beside = [each for each in members if each is not first.pod and _ran_at(each, first.at, ends)]
        after = [each for each in ends if each.pod in beside and each.at > first.at]
        if sworn and over is not None and _given_up(first, after, beside, over):
            done |= {each.pod.uid for each in after}
            ended = {each.pod.uid for each in after}
            yield Loss(first, tuple(after), tuple(each for each in beside if each.uid not in ended))
            continue
        if (
            len(after) == len(beside)
            and after
            and (_told_to_all(first, after) if sworn else _shows(first, after))
        ):
            done |= {each.pod.uid for each in after}
            yield Loss(first, tuple(after))


def made_good(loss: Loss, pods: Iterable[Known]) -> datetime | None:
    """When other pods took the work up again: the loss is over then, and no cause of what comes later."""
    old = {loss.first.pod.uid, *(each.pod.uid for each in loss.after), *(each.uid for each in loss.on)}
    starts = [
        at
        for each in pods
        if each.uid not in old and (at := started_at(each)) is not None and at > loss.first.at
    ]
    return min(starts, default=None)


def failed_first(pods: Iterable[Known], before: datetime | None) -> Known | None:
    """The pod that failed first, by itself, in the newest try: of those that were there together."""
    failed = [
        (ended.ended, pod.name, pod)
        for pod in pods
        for ended in exits(pod, "main", "init")
        if ended.code and ended.ended is not None and (before is None or ended.ended <= before + SLACK)
        if pod.history.asked is None or ended.ended < pod.history.asked
    ]
    if not failed:
        return None
    newest = max(pod.created or pod.first_seen for _, _, pod in failed)
    return min((each for each in failed if each[0] >= newest), key=lambda each: each[:2])[2]


def _end(known: Known, cell: Cell) -> End | None:
    own = [
        each
        for each in exits(known, "main")
        if each.code != 0 and each.ended is not None and not stopped(known, cell, each)
    ]
    if own and own[0].ended is not None:
        return End(known, own[0].ended, own[0])
    asked = deletion_requested(known)
    return End(known, asked, None) if asked is not None else None


def _given_up(first: End, after: list[End], beside: list[Known], over: datetime) -> bool:
    """Whether the whole failed with the first's own end, while others ran on."""
    if first.exit is None or first.at > over or len(after) >= len(beside):
        return False
    return all(each.at >= over or each.exit is not None for each in after)


def _finished(known: Known, before: datetime) -> bool:
    """Whether a main container had ended well by then: the work was done, and the rest is clearing up."""
    return any(
        each.code == 0 and each.ended is not None and each.ended <= before for each in exits(known, "main")
    )


def _ran_at(known: Known, at: datetime, ends: list[End]) -> bool:
    started = started_at(known)
    gone = next((each.at for each in ends if each.pod is known), None)
    return started is not None and started <= at and (gone is None or gone >= at)


def _told_to_all(first: End, after: list[End]) -> bool:
    """Removing one member and then the others is how a whole job is deleted; else they fell with it."""
    return first.exit is not None or any(each.exit is not None for each in after)


def _shows(first: End, after: list[End]) -> bool:
    own = [each.exit for each in after if each.exit is not None]
    if len(own) < len(after):
        return False
    if all(LOST_PEER.search(each.message) for each in own):
        return True
    alike = first.exit is not None and any(
        (each.code, each.reason) == (first.exit.code, first.exit.reason) for each in own
    )
    return len(after) > 1 and not alike and after[-1].at - after[0].at <= TOGETHER
