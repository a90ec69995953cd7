"""cronjob-missed-schedule: a CronJob did not start its Job when it was due."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise

from schemas.contracts import Evidence
from schemas.kubernetes import CronJob
from stream_jobs.core.cell import Cell
from stream_jobs.core.engines.cronjob import SCHEDULED
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import annotated_time, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.cron import due, parse
from stream_jobs.core.signs.messages import one_line, shell_word, times
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="cronjob-missed-schedule.patience",
    default=timedelta(minutes=2),
    says="After its second missed time a CronJob is given so long; the controller looks every 10 s",
)
TOLD = ("MissSchedule", "TooManyMissedTimes", "FailedNeedsStart")
HELD_BACK = "JobAlreadyActive"


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    view = known.view
    if not isinstance(view, CronJob):
        return
    if cell.events(known, *TOLD):
        yield from _told(known, cell)
    else:
        yield from _silent(known, cell, view)


def _told(known: Known, cell: Cell) -> Iterator[Finding]:
    """What the controller said, in stretches that a Job that was started ends."""
    starts = [start for start, _ in _starts(known, cell)]
    stretches: dict[datetime | None, list[int]] = {}
    events = cell.events(known, *TOLD)
    for number, event in enumerate(events):
        stretches.setdefault(min((each for each in starts if each > event.last), default=None), []).append(
            number
        )
    for until, numbers in stretches.items():
        some = [events[number] for number in numbers]
        said = some[-1]
        yield Finding(
            says=f"CronJob {known.name} did not start a Job when it was due: {one_line(said.message, 240)}",
            since=min(each.first for each in some),
            until=until,
            occurrence=some[0].uid,
            evidence=tuple(
                Evidence(
                    at=each.first,
                    ref=known.ref,
                    says=f"{each.reason}{times(each.count)}: {one_line(each.message)}",
                )
                for each in some[:3]
            ),
        )


def _silent(known: Known, cell: Cell, view: CronJob) -> Iterator[Finding | Later]:
    """Two times went by, and nothing was started nor said."""
    schedule = parse(view.spec.schedule, view.spec.timeZone or "")
    if schedule is None or (view.spec.concurrencyPolicy == "Forbid" and _busy(known, cell, view)):
        return
    for began, until in _pauses(known, cell, view):
        missed = list(islice(due(schedule, began), 2))
        now = until or cell.time
        if len(missed) < 2:
            continue
        limit = missed[1] + PATIENCE.of(cell)
        if any(gap.until >= began and gap.since <= limit for gap in cell.gaps):
            continue  # blind meanwhile: it may have started one
        if now is not None and now > limit:
            yield _missed(known, view, (began, until), missed)
        elif until is None:
            yield Later(limit + timedelta(seconds=1))


def _pauses(known: Known, cell: Cell, view: CronJob) -> Iterator[tuple[datetime, datetime | None]]:
    """Yield the times between two starts that were watched, and the one since the last."""
    edits = [each.before for each in known.edits if each.path.startswith("spec.")]
    held = [each.last for each in cell.events(known, HELD_BACK)]
    starts = sorted(each for pair in _starts(known, cell) for each in pair)
    if view.spec.concurrencyPolicy != "Forbid":
        watched = [each for each in starts if each >= known.first_seen]
        yield from (
            pair for pair in pairwise(watched) if not any(pair[0] <= each <= pair[1] for each in edits)
        )
    found = (known.created, view.status.lastScheduleTime, *starts, *edits, *held)
    began = max((each for each in found if each is not None), default=None)
    if began is not None and not view.spec.suspend and known.exists:
        yield began, None


def _missed(
    known: Known, view: CronJob, span: tuple[datetime, datetime | None], missed: list[datetime]
) -> Finding:
    began, until = span
    last = view.status.lastScheduleTime
    verb = f"has started no Job since {say_time(began)}"
    if until is not None:
        verb = f"started no Job from {say_time(began)} to {say_time(until)}"
    return Finding(
        says=f"CronJob {known.name} ({one_line(view.spec.schedule, 80)}) {verb}: it was due at "
        f"{say_time(missed[0])} and at {say_time(missed[1])}",
        since=missed[0],
        until=until,
        occurrence=f"{missed[0]:%Y%m%d%H%M}",
        evidence=(
            seen(known, last or known.created, f"lastScheduleTime {say_time(last) if last else 'none'}"),
        ),
        playbook=(f"kubectl -n {shell_word(known.namespace)} describe cronjob {shell_word(known.name)}",),
    )


def _starts(known: Known, cell: Cell) -> list[tuple[datetime, datetime]]:
    """(made, scheduled) of each of its Jobs, and of those that only an event tells of."""
    jobs = [each for each in cell.owned(known, "Job.batch") if each.created is not None]
    found = [(each.created, annotated_time(each, SCHEDULED) or each.created) for each in jobs if each.created]
    made = [each.last for each in cell.events(known, "SuccessfulCreate")]
    return [*found, *((each, each) for each in made)]


def _busy(known: Known, cell: Cell, view: CronJob) -> bool:
    return bool(view.status.active) or any(
        each.exists and not any(turn.type in ("Complete", "Failed") for turn in each.history.turns)
        for each in cell.owned(known, "Job.batch")
    )


FAILURE = Failure(
    id="cronjob-missed-schedule",
    title="Timer did not start its Job",
    says="The CronJob was due, and no Job was started: its controller was away, too many starts were "
    "missed, or its starting deadline was over before the controller came to it.",
    sees="kubectl get cronjob shows a LAST SCHEDULE that is older than the schedule allows.",
    confirm=(
        "kubectl -n NAMESPACE describe cronjob CRONJOB shows MissSchedule, TooManyMissedTimes or "
        "FailedNeedsStart among its events",
        "kubectl -n NAMESPACE get jobs --sort-by=.metadata.creationTimestamp shows which runs are there",
    ),
    judges=("CronJob.batch",),
    severity="high",
    role="cause",
    playbook=(
        "Check whether the controller manager was down, or the CronJob suspended for long",
        "startingDeadlineSeconds below 10 never starts anything; after more than 100 missed times set it, "
        "or edit the schedule, so that the CronJob starts again",
        "Run the one that was missed by hand: kubectl create job --from=cronjob/CRONJOB NAME",
    ),
    leads_to=("workflow-no-progress",),
    thresholds=(PATIENCE,),
    find=find,
)
