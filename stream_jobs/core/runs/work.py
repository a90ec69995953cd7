"""Who works on the same at the same time: Jobs that share a work, tries of a task, pods that overlap."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.kubernetes import Job
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.links import task_of
from stream_jobs.core.pods import ended_at, started_at
from stream_jobs.core.references import target
from stream_jobs.core.signs.data import works


class Overlap(msgspec.Struct, frozen=True):
    """Two pods that ran at the same time, the elder first."""

    elder: Known
    younger: Known
    since: datetime
    until: datetime | None


def tries(cell: Cell, known: Known) -> list[Known]:
    """All pods of the task that the pod is a try of, oldest first; [] where it is none."""
    task = task_of(known) if known.key == "Pod" else ""
    uids = cell.users.get(target("Task", known.namespace, task), ()) if task else ()
    found = [cell.objects[uid] for uid in uids if uid in cell.objects]
    return sorted(found, key=lambda each: (each.created or each.first_seen, each.uid))


def rivals(cell: Cell, job: Known) -> Iterator[tuple[Known, str]]:
    """Yield the other Jobs that do a work of this one and lived at the same time, and on what, in words."""
    if not isinstance(job.view, Job) or job.view.spec.template is None:
        return
    seen = {job.uid}
    for name, data in works(job.view.spec.template.spec).items():
        for uid in sorted(cell.users.get(target("Data", job.namespace, name), ())):
            other = cell.objects.get(uid)
            if other is not None and uid not in seen and _met(job, other):
                seen.add(uid)
                yield other, data


def _met(one: Known, other: Known) -> bool:
    """Whether their lives overlap."""
    first, second = sorted((one, other), key=lambda each: (each.created or each.first_seen, each.uid))
    end = _over(first)
    return end is None or end >= (second.created or second.first_seen)


def _over(job: Known) -> datetime | None:
    ends = [
        turn.at for turn in job.history.turns if turn.type in ("Complete", "Failed") and turn.status == "True"
    ]
    return min((*ends, *((job.deleted,) if job.deleted else ())), default=None)


def overlaps(ones: list[Known], others: list[Known]) -> Iterator[Overlap]:
    """Yield pairs of pods of the two lists that ran at the same time, earliest first."""
    found = []
    theirs = _lives(others)
    for a, end, one in _lives(ones):
        for b, other_end, other in theirs:
            if one.uid == other.uid:
                continue
            elder, younger = (one, other) if (a, one.uid) <= (b, other.uid) else (other, one)
            since, until = max(a, b), _earlier(end, other_end)
            if until is None or until > since:
                found.append(Overlap(elder, younger, since, until))
    yield from sorted(found, key=lambda each: (each.since, each.elder.uid, each.younger.uid))


def _lives(pods: list[Known]) -> list[tuple[datetime, datetime | None, Known]]:
    """When each pod started and ended, of those that started."""
    return [(since, ended_at(each), each) for each in pods if (since := started_at(each)) is not None]


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one is not None and other is not None else one or other
