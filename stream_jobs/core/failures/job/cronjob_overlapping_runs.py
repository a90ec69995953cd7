"""cronjob-overlapping-runs: a CronJob's run was not over when the next was due."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.contracts import Evidence
from schemas.kubernetes import CronJob
from stream_jobs.core.cell import Cell
from stream_jobs.core.engines.cronjob import INSTANTIATE
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.disruption import told_by
from stream_jobs.core.signs.messages import listed, one_line, times

HELD_BACK = "JobAlreadyActive"
SHOWN = 4


class Life(msgspec.Struct, frozen=True):
    """One Job from when it was made until it was over."""

    job: Known
    since: datetime
    until: datetime | None


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    view = known.view
    if not isinstance(view, CronJob):
        return
    lives = _lives(known, cell)
    policy = view.spec.concurrencyPolicy or "Allow"
    if policy == "Forbid":
        yield from _skipped(known, cell, lives)
    elif policy == "Allow":
        yield from _together(known, lives)
        if not lives and len(view.status.active or ()) > 1:  # the Jobs were not collected
            yield from _stated(known, view)


def _lives(known: Known, cell: Cell) -> list[Life]:
    """Its Jobs that the schedule started, oldest first."""
    return [
        Life(job, job.created or job.first_seen, _over(job))
        for job in cell.owned(known, "Job.batch")
        if job.annotations.get(INSTANTIATE) != "manual"
    ]


def _over(job: Known) -> datetime | None:
    ends = [
        each.at for each in job.history.turns if each.type in ("Complete", "Failed") and each.status == "True"
    ]
    return min((*ends, *((job.deleted,) if job.deleted else ())), default=None)


# --- runs at the same time ------------------------------------------------------------------------------


def _together(known: Known, lives: list[Life]) -> Iterator[Finding]:
    """Yield each time in which more than one of its Jobs lived."""
    group: list[Life] = []
    for life in lives:
        going = [each for each in group if each.until is None or each.until > life.since]
        if not going:
            yield from _of_group(known, group)
            group = []
        group.append(life)
    yield from _of_group(known, group)


def _of_group(known: Known, group: list[Life]) -> Iterator[Finding]:
    if len(group) < 2:
        return
    ends = sorted(each.until for each in group if each.until is not None)
    until = ends[-2] if len(ends) == len(group) else ends[-1] if len(ends) == len(group) - 1 else None
    if until is not None and until <= group[1].since:
        until = group[1].since
    names = [each.job.name for each in group]
    shown = listed(names if len(names) <= SHOWN else [*names[:SHOWN], f"{len(names) - SHOWN} more"])
    yield Finding(
        says=f"Runs of CronJob {known.name} overlap since {say_time(group[1].since)}: {names[0]} was not "
        f"over when the next was due ({shown})",
        since=group[1].since,
        until=until,
        occurrence=group[0].job.uid,
        evidence=tuple(
            told_by(each.job, each.since, f"Job {each.job.name} was started") for each in group[:SHOWN]
        ),
        about=tuple(each.job.uid for each in group[:-1]),
    )


def _stated(known: Known, view: CronJob) -> Iterator[Finding]:
    active = view.status.active or ()
    at = view.status.lastScheduleTime
    yield Finding(
        says=f"Runs of CronJob {known.name} overlap: {len(active)} of its Jobs are active at the same time",
        since=at,
        occurrence="stated",
        evidence=(seen(known, at, f"status.active names {listed([each.name for each in active[:SHOWN]])}"),),
    )


# --- runs that were left out ----------------------------------------------------------------------------


def _skipped(known: Known, cell: Cell, lives: list[Life]) -> Iterator[Finding]:
    """Under Forbid the run that is due is left out; one finding for each run that holds others back."""
    held = cell.events(known, HELD_BACK)
    if not held:
        return
    before = [each for each in lives if each.since <= held[-1].last]
    holder = before[-1] if before else None
    made = [each.since for each in lives if each.since > held[-1].last]
    until = min(made, default=holder.until if holder is not None else None)
    if until is not None:
        until = max(until, held[0].first)
    count = sum(each.count for each in held)
    yield Finding(
        says=f"CronJob {known.name} left out {'a run' if count == 1 else f'{count} runs'} since "
        f"{say_time(held[0].first)}: "
        + (f"Job {holder.job.name} was" if holder is not None else "its Job before was")
        + " not over, and its concurrencyPolicy is Forbid",
        since=held[0].first,
        until=until,
        occurrence=holder.job.uid if holder is not None else "",
        evidence=tuple(
            Evidence(
                at=each.first,
                ref=known.ref,
                says=f"{each.reason}{times(each.count)}: {one_line(each.message)}",
            )
            for each in held[:3]
        ),
        about=(holder.job.uid,) if holder is not None else (),
    )


FAILURE = Failure(
    id="cronjob-overlapping-runs",
    title="Runs overlap",
    says="A run takes longer than the time between two runs. Depending on the concurrencyPolicy the next one "
    "starts beside it, so that both work at the same time, or is left out.",
    sees="kubectl get cronjob shows ACTIVE 2 or more, or its events say JobAlreadyActive.",
    confirm=(
        "kubectl -n NAMESPACE get jobs --sort-by=.metadata.creationTimestamp shows several that are not "
        "complete",
        "kubectl -n NAMESPACE get cronjob CRONJOB -o jsonpath='{.spec.concurrencyPolicy} {.status.active}'",
    ),
    judges=("CronJob.batch",),
    severity="high",
    role="symptom",
    playbook=(
        "Find out why the run is slow or stuck: its pods tell",
        "Where runs write to the same place, set concurrencyPolicy to Forbid or Replace",
        "Otherwise make the runs shorter, or the schedule wider",
    ),
    leads_to=("duplicate-data-processors", "cronjob-missed-schedule"),
    find=find,
)
