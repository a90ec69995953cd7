"""job-suspended: a Job, a training job or a CronJob is paused, so that it makes no pods."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.contracts import Severity
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.queues import QUEUE_NAME, WORKLOAD
from stream_jobs.core.thresholds import Patience

HABIT = Patience(
    id="job-suspended.habit",
    default=timedelta(days=1),
    says="What was suspended for so long before watching began is so on purpose, and not worth more than "
    "info",
)
BIRTH = Patience(
    id="job-suspended.birth",
    default=timedelta(minutes=1),
    says="What is suspended so soon after it was made was made so, to be let go on later",
)
PATHS = ("spec.suspend", "spec.runPolicy.suspend")
TRAINING = (
    "JobSet.jobset.x-k8s.io",
    "TrainJob.trainer.kubeflow.org",
    "PyTorchJob.kubeflow.org",
    "TFJob.kubeflow.org",
    "MPIJob.kubeflow.org",
    "XGBoostJob.kubeflow.org",
    "PaddleJob.kubeflow.org",
    "JAXJob.kubeflow.org",
    "RayJob.ray.io",
    "RayCluster.ray.io",
)


class Pause(msgspec.Struct, frozen=True):
    """One time in which it was suspended; `number` tells it from others."""

    since: datetime
    until: datetime | None
    number: int
    by: str = ""  # who wrote it, where that was seen


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    pauses = _pauses(known)
    if not pauses:
        return
    if known.key != "CronJob.batch" and any(owner.key in FAILURE.judges for owner in _above(known, cell)):
        return  # the outermost tells of it
    queued = known.key != "CronJob.batch" and _queued(known, cell)
    for pause in pauses:
        when = f"since {say_time(pause.since)}"
        if pause.until is not None:
            when = f"from {say_time(pause.since)} to {say_time(pause.until)}"
        what = "was suspended" if pause.until is not None else "is suspended"
        queue = ", in the hands of its queue" if queued else ""
        by = f", by {pause.by}" if pause.by else ""
        effect = "starts no Jobs" if known.key == "CronJob.batch" else "makes no pods"
        yield Finding(
            says=f"{known.kind} {known.name} {what} {when}{by}{queue}"
            + (f": it {effect}" if pause.until is None else ""),
            since=pause.since,
            until=pause.until,
            occurrence=str(pause.number),
            evidence=(seen(known, pause.since, "spec.suspend: true" + by),),
            severity=_severity(known, cell, pause, queued=queued),
        )


def _above(known: Known, cell: Cell) -> Iterator[Known]:
    return (each for each in cell.owners(known) if each.key != "CronJob.batch")


def _queued(known: Known, cell: Cell) -> bool:
    """Whether Kueue suspends and resumes it: that is how a job waits in a queue."""
    family = (known, *cell.owners(known))
    return any(QUEUE_NAME in each.labels or QUEUE_NAME in each.annotations for each in family) or bool(
        cell.owned(known, WORKLOAD)
    )


def _pauses(known: Known) -> list[Pause]:
    turns = [each for each in known.history.turns if each.type == "Suspended"]
    found = []
    for turn, following in zip(turns, [*turns[1:], None], strict=False):
        if turn.status == "True":
            until = following.at if following is not None else known.deleted
            found.append(Pause(turn.at, until, turn.number, _writer(known, turn.at)))
    return found or list(_by_spec(known))


def _by_spec(known: Known) -> Iterator[Pause]:
    """A CronJob has no such condition, and others none before their controller saw them."""
    writes = [each for each in known.edits if each.path in PATHS]
    began = known.created or known.first_seen
    first = (
        writes[0].old if writes else next((known.fields[each] for each in PATHS if each in known.fields), "")
    )
    marks = [
        (began, first == "true", ""),
        *((each.before, each.new == "true", each.manager) for each in writes),
    ]
    for number, (mark, following) in enumerate(zip(marks, [*marks[1:], None], strict=False)):
        at, paused, manager = mark
        if paused:
            yield Pause(at, following[0] if following is not None else known.deleted, number, manager)


def _writer(known: Known, at: datetime) -> str:
    """Who set it to suspended last before the condition said so."""
    writes = [each for each in known.edits if each.path in PATHS and each.new == "true" and each.before <= at]
    return writes[-1].manager if writes else ""


def _severity(known: Known, cell: Cell, pause: Pause, *, queued: bool) -> Severity:
    if queued:
        return "info"
    old = not pause.by and pause.since < known.first_seen - HABIT.of(cell)
    if known.key == "CronJob.batch":
        return "info" if old else "low"
    if not pause.by and pause.since < (known.created or known.first_seen) + BIRTH.of(cell):
        return "info"  # whoever made it meant it to wait
    return "low" if old else "medium"


FAILURE = Failure(
    id="job-suspended",
    title="Suspended",
    says="It is paused on purpose (spec.suspend): no pods start until somebody, or the queue that holds it, "
    "lets it go on.",
    sees="kubectl get job shows Suspended and no pods; kubectl get cronjob shows SUSPEND True.",
    confirm=(
        "kubectl -n NAMESPACE get job JOB -o jsonpath='{.spec.suspend}' prints true",
        "kubectl -n NAMESPACE get job JOB --show-managed-fields -o yaml tells who owns f:suspend",
    ),
    judges=("Job.batch", "CronJob.batch", *TRAINING),
    severity="low",
    role="cause",
    on_purpose=True,
    playbook=(
        "Find out who paused it and why; where a queue (Kueue) did, look at the queue instead",
        'Let it go on: kubectl patch job JOB --type=merge -p \'{"spec":{"suspend":false}}\' (a CronJob '
        "alike)",
    ),
    leads_to=("workflow-no-progress", "cronjob-missed-schedule"),
    thresholds=(HABIT, BIRTH),
    find=find,
)
