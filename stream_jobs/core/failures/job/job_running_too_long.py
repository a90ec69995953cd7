"""job-running-too-long: the Job takes far longer than its earlier runs did."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from schemas.kubernetes import Job
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, seen
from stream_jobs.core.quantities import say_span, say_time
from stream_jobs.core.runs.jobs import cron_owner
from stream_jobs.core.thresholds import Level, Patience

PATIENCE = Patience(
    id="job-running-too-long.patience",
    default=timedelta(hours=12),
    says="No Job is called slow before it has been active for so long (kube-prometheus waits as long)",
)
FACTOR = Level(
    id="job-running-too-long.factor",
    default=3,
    says="A Job is slow when it takes so many times the median of its earlier runs",
)
RUNS = 2  # earlier runs without which nobody knows what is usual


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    view = known.view
    if not isinstance(view, Job) or view.spec.suspend:
        return
    since = view.status.startTime
    until = _over(known)
    now = until or cell.time
    if since is None or (until is None and not view.status.active):
        return
    limit, patience = PATIENCE.of(cell), PATIENCE.of(cell)
    earlier = _earlier(known, cell, since) if now is not None and now > since + patience else []
    usual = timedelta(seconds=median(earlier)) if len(earlier) >= RUNS else None
    if usual is not None:
        limit = max(patience, usual * FACTOR.of(cell))
    if now is None or now <= since + limit:
        if until is None:
            yield Later(since + limit + timedelta(seconds=1))
        return
    if until is not None and usual is None:
        return
    history = f"its {len(earlier)} earlier runs took {say_span(usual)} (median)" if usual else ""
    yield Finding(
        says=f"Job {known.name} {'was' if until else 'has been'} active since {say_time(since)}, for more "
        f"than {say_span(limit)}; {history or 'what is usual for it is not known'}",
        since=since + limit,
        until=until,
        evidence=(seen(known, since, f"status.startTime {say_time(since)}; {history or 'no earlier run'}"),),
        severity=None if usual else "info",  # training may well take days
        confidence=0.8 if usual else 0.4,
    )


def _over(known: Known) -> datetime | None:
    ends = [
        found.lastTransitionTime
        for kind in ("Complete", "Failed")
        if (found := is_true(known, kind)) is not None and found.lastTransitionTime is not None
    ]
    return min((*ends, *((known.deleted,) if known.deleted else ())), default=None)


def _earlier(known: Known, cell: Cell, before: datetime) -> list[float]:
    """How many seconds earlier runs of the same CronJob or generateName took that went well."""
    spans = []
    for each in cell.every("Job.batch") if _definition(known) else ():
        view, ended = each.view, is_true(each, "Complete")
        if each.uid == known.uid or _definition(each) != _definition(known) or not isinstance(view, Job):
            continue
        start, end = view.status.startTime, ended.lastTransitionTime if ended is not None else None
        if start is not None and end is not None and end <= before:
            spans.append((end - start).total_seconds())
    return spans


def _definition(known: Known) -> tuple[str, str, str] | None:
    cron, prefix = cron_owner(known), known.view.metadata.generateName
    return (known.namespace, cron, "" if cron else prefix) if cron or prefix else None


FAILURE = Failure(
    id="job-running-too-long",
    title="Runs far longer than usual",
    says="The Job has been active for much longer than its earlier runs took. It may hang, wait for "
    "something, or have more to do than usual.",
    sees="kubectl get jobs shows an age far beyond the duration of earlier runs, and COMPLETIONS not "
    "reached.",
    confirm=(
        "kubectl -n NAMESPACE get pods -l job-name=JOB: Pending pods wait, Running ones work or hang",
        "kubectl -n NAMESPACE logs -l job-name=JOB --tail=5 --timestamps shows whether it still says "
        "anything",
    ),
    judges=("Job.batch",),
    severity="medium",
    role="symptom",
    playbook=(
        "See whether its pods are Pending, or Running without writing anything, or only kept by a sidecar",
        "Compare node, GPU type and data with an earlier run",
    ),
    leads_to=("cronjob-overlapping-runs",),
    thresholds=(PATIENCE, FACTOR),
    find=find,
)
