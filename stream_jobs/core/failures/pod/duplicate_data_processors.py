"""duplicate-data-processors: the same work ran twice at the same time, on the same data."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import Evidence
from schemas.kubernetes import Job
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, started_at
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.jobs import INDEX
from stream_jobs.core.runs.work import Overlap, overlaps, rivals
from stream_jobs.core.signs.disruption import stopped_at, told_by


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    yield from _two_jobs(known, cell)
    yield from _two_pods(known, cell)


def _two_jobs(known: Known, cell: Cell) -> Iterator[Finding]:
    """The elder Job answers for the pair."""
    for other, data in rivals(cell, known):
        if _age(other) < _age(known) or _one_team(known, other):
            continue
        both = next(overlaps(cell.owned(known, "Pod"), cell.owned(other, "Pod")), None)
        if both is None:
            continue
        yield Finding(
            says=f"Jobs {known.name} and {other.name} worked on {data} at the same time, since "
            f"{say_time(both.since)}",
            since=both.since,
            until=both.until,
            occurrence=other.uid,
            evidence=_evidence(both),
            hits=(other.uid,),
        )


def _age(known: Known) -> tuple[datetime, str]:
    return known.created or known.first_seen, known.uid


def _one_team(one: Known, other: Known) -> bool:
    """Jobs of one owner share its work (JobSet, ScaledJob); those of a CronJob each do all of it."""
    ours = {each.uid for each in one.view.metadata.ownerReferences or () if each.kind != "CronJob"}
    return any(each.uid in ours for each in other.view.metadata.ownerReferences or ())


def _evidence(both: Overlap) -> tuple[Evidence, ...]:
    return tuple(
        told_by(each, started_at(each), f"ran from {say_time(started_at(each))}{_to(each)}")
        for each in (both.elder, both.younger)
    )


def _to(known: Known) -> str:
    ended = ended_at(known)
    return f" to {say_time(ended)}" if ended is not None else ""


def _two_pods(known: Known, cell: Cell) -> Iterator[Finding]:
    """A replacement that started while the pod it replaces was past its time and not gone."""
    view = known.view
    if not isinstance(view, Job):
        return
    by_index: dict[str, list[Known]] = defaultdict(list)
    for each in cell.owned(known, "Pod"):
        by_index[each.labels.get(INDEX) or each.annotations.get(INDEX, "")].append(each)
    for index, same in by_index.items():
        if len(same) < 2 or (not index and (view.spec.parallelism or 1) > 1):
            continue  # any pod may do any part
        for both in overlaps(same, same):
            if _left_over(both):
                yield _replaced(both, index)
                break


def _left_over(both: Overlap) -> bool:
    """Whether the elder was told to go, and outlived its grace period beside the younger."""
    due, ended = both.elder.history.due, ended_at(both.elder)
    return stopped_at(both.elder) is not None and due is not None and (ended is None or ended > due)


def _replaced(both: Overlap, index: str) -> Finding:
    part = f" for index {index}" if index else ""
    return Finding(
        says=f"Pod {both.younger.name} ran{part} while {both.elder.name}, which it replaces, had not "
        f"stopped: both may have written since {say_time(both.since)}",
        since=both.since,
        until=both.until,
        occurrence=both.younger.uid,
        evidence=_evidence(both),
        hits=(both.elder.uid, both.younger.uid),
    )


FAILURE = Failure(
    id="duplicate-data-processors",
    title="Two at work on the same data",
    says="Two copies of the same work ran at the same time. Where both write, results are doubled, mixed or "
    "torn.",
    sees="Two pods run at the same time for the same index, task or output: kubectl get pods -o wide shows "
    "them on two nodes.",
    confirm=(
        "kubectl -n NAMESPACE get pods -o wide --sort-by=.status.startTime shows whether their times overlap",
        "kubectl -n NAMESPACE get pod POD -o yaml, for both: the same claim, bucket or path in volumes, "
        "arguments or environment",
    ),
    judges=("Job.batch",),
    severity="critical",
    role="symptom",
    lasting=True,  # both may have succeeded, and the data is wrong all the same
    playbook=(
        "Stop one of the two, or prove that it is dead",
        "Check the output for double or mixed writes since that time",
        "Prevent it: podReplacementPolicy Failed, concurrencyPolicy Forbid, a ReadWriteOncePod volume, or a "
        "lock by run id",
    ),
    find=find,
)
