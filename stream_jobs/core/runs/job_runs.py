"""Runs that are known by labels of batch Jobs alone (Prefect, Dagster, Metaflow): what their Jobs tell."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from schemas.contracts import ENDED, Phase, Step
from schemas.kubernetes import Job
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, first_start, pod_phase, pods_of
from stream_jobs.core.runs.jobs import job_phase, job_uid
from stream_jobs.core.runs.roles import Place, attempts_of


class Stand(msgspec.Struct, frozen=True):
    """How a Job, or a pod of one that was not seen, stands."""

    phase: Phase
    message: str
    ended: datetime | None
    made: Known


def stands(members: Iterable[Known]) -> list[Stand]:
    """Each Job as it stands, oldest first; pods whose Job was not seen stand for themselves."""
    every = list(members)
    pods = pods_of(every)
    jobs = [each for each in every if isinstance(each.view, Job)]
    found = [Stand(*job_phase(job, [each for each in pods if job_uid(each) == job.uid]), job) for job in jobs]
    seen = {each.uid for each in jobs}
    alone = (each for each in pods if job_uid(each) not in seen)
    found.extend(Stand(pod_phase(each), "", ended_at(each), each) for each in alone)
    return sorted(found, key=lambda each: (each.made.created or each.made.first_seen, each.made.uid))


def task_step(name: str, kind: str, members: list[Known], cell: Cell, place: Place | None = None) -> Step:
    """A step that is made of Jobs: one a try, and where it has several tasks one a task.

    `place` tells the task of a Job or pod; the newest of each counts.
    """
    newest = {place(each.made) if place is not None else "": each for each in stands(members)}
    phase = worst(each.phase for each in newest.values())
    pods = pods_of(members)
    ends = [each.ended for each in newest.values() if each.ended is not None]
    return Step(
        name=name,
        kind=kind,
        phase=phase,
        message=next((each.message for each in newest.values() if each.phase == phase and each.message), ""),
        started=first_start(pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        attempts=attempts_of(pods, cell, place or (lambda _: name)),
    )


def worst(phases: Iterable[Phase]) -> Phase:
    """How several stand together, of which each must go well: what failed counts before what still runs."""
    order: tuple[Phase, ...] = (
        "Failed",
        "Error",
        "Running",
        "Pending",
        "Suspended",
        "Cancelled",
        "Succeeded",
    )
    told = set(phases)
    return next((each for each in order if each in told), "Pending")
