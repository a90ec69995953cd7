"""kueue-admission-check-failed: a check beyond the quota, as for new machines, refused the run."""

from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import Evidence, Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, seen
from stream_jobs.core.runs.kueue import evicted_for, finished_at, queued_view, say_holder, say_queue
from stream_jobs.core.runs.queues import KUEUE, WORKLOAD, CheckState
from stream_jobs.core.signs.messages import one_line

STATES = ("Rejected", "Retry")
REJECTED = ("AdmissionCheckRejected", "AdmissionCheckRetry")  # events


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    checks = [each for each in queued_view(known).status.admissionChecks or () if each.state in STATES]
    for check in checks:
        yield _of_check(known, cell, check)
    if not checks:
        yield from _of_past(known, cell)


def _of_check(known: Known, cell: Cell, check: CheckState) -> Finding:
    said = one_line(check.message, 300)
    word = "rejected" if check.state == "Rejected" else "refused, for now,"
    return Finding(
        says=f"Admission check {check.name} {word} {say_holder(known)} in {say_queue(known, cell)}"
        + (f": {said}" if said else ""),
        since=check.lastTransitionTime or known.seen,
        until=finished_at(known),
        occurrence=known.uid,
        subject=Ref(kind="AdmissionCheck", name=check.name, group=KUEUE),
        severity="medium" if check.state == "Retry" else None,
        evidence=(seen(known, check.lastTransitionTime, f"check {check.name}: {check.state}: {said}"),),
    )


def _of_past(known: Known, cell: Cell) -> Iterator[Finding]:
    """The state was reset since; the eviction and the events still tell of it."""
    past = evicted_for(known, ("AdmissionCheck", "DeactivatedDueToAdmission"))
    told: list[tuple[datetime, str]] = [(each.since, each.message) for each in past]
    told += [(each.first, each.message) for each in cell.events(known, *REJECTED)]
    if not told:
        return
    since, message = min(told)
    reserved = is_true(known, "QuotaReserved")
    said = one_line(message, 300)
    yield Finding(
        says=f"An admission check refused {say_holder(known)} in {say_queue(known, cell)}: {said}",
        since=since,
        until=(reserved.lastTransitionTime or known.seen) if reserved is not None else finished_at(known),
        occurrence=known.uid,
        evidence=(Evidence(at=since, ref=known.ref, says=said),),
    )


FAILURE = Failure(
    id="kueue-admission-check-failed",
    title="Refused by an admission check",
    says="Besides the quota, a further check must agree before a run starts: that new machines can be had, "
    "or that a remote cluster takes it. One of them refused.",
    sees="The Workload has its quota reserved and is not admitted, or loses the quota again.",
    confirm=(
        "kubectl -n NAMESPACE get workload WORKLOAD -o jsonpath='{.status.admissionChecks}' shows a state of "
        "Rejected or Retry and its message",
    ),
    judges=(WORKLOAD,),
    severity="high",
    role="cause",
    playbook=(
        "Read the check's message: it names what could not be had",
        "For new machines look at the ProvisioningRequest of the same namespace, for a remote cluster at the "
        "MultiKueueCluster",
    ),
    leads_to=("kueue-workload-deactivated", "job-suspended"),  # Kueue suspends what it holds back
    find=find,
)
