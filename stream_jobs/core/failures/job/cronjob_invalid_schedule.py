"""cronjob-invalid-schedule: the time rule of a CronJob or CronWorkflow cannot be read."""

from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, seen
from stream_jobs.core.signs.messages import one_line

TOLD = ("UnparseableSchedule", "InvalidSchedule", "UnknownTimeZone", "Malformed")
STARTED = ("SuccessfulCreate",)
PATHS = ("spec.schedule", "spec.schedules", "spec.timeZone", "spec.timezone")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    told = cell.events(known, *TOLD)
    error = is_true(known, "SpecError")  # a CronWorkflow's
    if error is not None:
        at = error.lastTransitionTime or known.first_seen
        yield _finding(
            known, at, None, one_line(error.message or ""), seen(known, at, f"SpecError: {error.message}")
        )
    elif told:
        last = told[-1]
        evidence = Evidence(at=last.first, ref=known.ref, says=f"{last.reason}: {one_line(last.message)}")
        yield _finding(
            known, told[0].first, _mended(known, cell, last.last), one_line(last.message), evidence
        )


def _mended(known: Known, cell: Cell, last: datetime) -> datetime | None:
    """When the schedule was next changed, or a run started all the same."""
    times = [each.before for each in known.edits if each.path.startswith(PATHS)]
    times += [each.last for each in cell.events(known, *STARTED)]
    return min((each for each in times if each > last), default=None)


def _finding(
    known: Known, since: datetime, until: datetime | None, message: str, evidence: Evidence
) -> Finding:
    return Finding(
        says=f"{known.kind} {known.name} starts nothing, because its time rule is not valid: {message}",
        since=since,
        until=until,
        evidence=(evidence,),
    )


FAILURE = Failure(
    id="cronjob-invalid-schedule",
    title="Time rule not valid",
    says="The schedule or the time zone of the timer cannot be read, so it never starts anything.",
    sees="The timer exists, and never starts a run.",
    confirm=(
        "kubectl -n NAMESPACE describe cronjob CRONJOB shows UnparseableSchedule or UnknownTimeZone",
        "kubectl -n NAMESPACE get cronworkflow NAME -o jsonpath='{.status.conditions}' shows SpecError "
        "(Argo)",
    ),
    judges=("CronJob.batch", "CronWorkflow.argoproj.io"),
    severity="medium",
    role="cause",
    playbook=(
        'Write five fields (minute, hour, day, month, weekday) into spec.schedule, such as "0 2 * * *"',
        'Name the zone in spec.timeZone as in the tz database, such as "Europe/Berlin"',
    ),
    leads_to=("cronjob-missed-schedule",),
    find=find,
)
