"""pod-owner-missing: the pod goes on, while what it worked for is gone."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, deletion_requested
from stream_jobs.core.pods import ended_at, seen, started_at
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.jobs import job_uid
from stream_jobs.core.runs.work import tries
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="pod-owner-missing.patience",
    default=timedelta(minutes=2),
    says="Garbage collection removes what a deleted owner leaves within so long",
)
WORKFLOW = "workflows.argoproj.io/workflow"
TRY = "try_number"


class Loss(msgspec.Struct, frozen=True):
    """An owner that is no more. `certain`: it let the pod go on purpose, so that nothing will remove it."""

    what: str
    since: datetime
    certain: bool
    known: Known | None = None


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    lost = _orphaned(known, cell) or _ownerless(known, cell) or _superseded(known, cell)
    if lost is None:
        if cell.owner(known) is None and known.view.metadata.ownerReferences:
            yield Later(known.first_seen + PATIENCE.of(cell))  # by then its owner's kind has been read
        return
    end = min(
        (each for each in (ended_at(known), deletion_requested(known)) if each is not None), default=None
    )
    limit = lost.since if lost.certain else lost.since + PATIENCE.of(cell)
    now = end or cell.time
    if not lost.certain and (now is None or now < limit):
        if known.exists and end is None:
            yield Later(limit + timedelta(seconds=1))
        return
    if end is not None and end <= lost.since:
        return
    owner = lost.known
    gone = (Evidence(at=lost.since, ref=owner.ref, says=f"{lost.what}"),) if owner is not None else ()
    yield Finding(
        says=f"Pod {known.name} {'goes' if end is None else 'went'} on, though {lost.what} since "
        f"{say_time(lost.since)}: it may still write data",
        since=lost.since,
        until=end,
        evidence=(*gone, seen(known, lost.since, "the pod was not told to go")),
    )


def _orphaned(known: Known, cell: Cell) -> Loss | None:
    """Its labels name a Job or Workflow that it no longer has as owner: deleted with --cascade=orphan."""
    if known.view.metadata.ownerReferences:
        return None
    uid, name = job_uid(known), known.labels.get(WORKFLOW, "")
    if uid:
        return _gone(known, cell, "Job.batch", uid, "Job")
    workflow = cell.by_name("Workflow.argoproj.io", known.namespace, name) if name else None
    return (
        _gone(known, cell, "Workflow.argoproj.io", workflow.uid, "Workflow") if workflow is not None else None
    )


def _gone(known: Known, cell: Cell, key: str, uid: str, kind: str) -> Loss | None:
    owner = cell.objects.get(uid)
    if owner is not None:
        if owner.exists:
            return None
        since = deletion_requested(owner) or owner.seen
        return Loss(f"its {kind} {owner.name} was deleted without it", since, True, owner)
    if not cell.complete(key, known.namespace):
        return None
    return Loss(f"its {kind} is not there", _begun(known, cell, key), False)


def _ownerless(known: Known, cell: Cell) -> Loss | None:
    """Every owner that it names is gone, and nothing has removed it."""
    losses: list[Loss] = []
    for reference in known.view.metadata.ownerReferences or ():
        key = f"{reference.kind}.{reference.group}" if reference.group else reference.kind
        if key == "Node":  # the kubelet's own pods
            return None
        owner = cell.objects.get(reference.uid)
        name = one_line(f"{reference.kind} {reference.name}", 120)
        if owner is not None and owner.deleted is not None:
            losses.append(Loss(f"its owner, {name}, is gone", owner.deleted, False, owner))
        elif owner is None and cell.complete(key, known.namespace):
            losses.append(Loss(f"its owner, {name}, is not there", _begun(known, cell, key), False))
        else:
            return None
    return max(losses, key=lambda each: each.since, default=None)


def _begun(known: Known, cell: Cell, key: str) -> datetime:
    """From when on the owner's absence counts: its kind was read in full, and the pod was there."""
    return max(known.first_seen, cell.covered[key].since)


def _superseded(known: Known, cell: Cell) -> Loss | None:
    """Airflow has started another try of the task while this one runs."""
    number = known.labels.get(TRY, "")
    if not number.isdigit() or started_at(known) is None:
        return None
    newer = [
        each
        for each in tries(cell, known)
        if (other := each.labels.get(TRY, "")).isdigit()
        and int(other) > int(number)
        and started_at(each) is not None
    ]
    if not newer:
        return None
    since = started_at(newer[0]) or newer[0].first_seen
    return Loss(f"try {newer[0].labels[TRY]} of its task runs ({newer[0].name})", since, False, newer[0])


FAILURE = Failure(
    id="pod-owner-missing",
    title="Goes on without its owner",
    says="The Job or workflow that the pod worked for is gone, but the pod was left behind. It uses "
    "machines, and may write data that nobody expects any more.",
    sees="The pod runs, and kubectl get of the Job or workflow says NotFound.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.ownerReferences}' names an object that is "
        "not there, or prints nothing",
        "kubectl -n NAMESPACE get pod POD --show-labels names the Job or workflow that it came from",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "See what it writes; delete it where a newer run does the same",
        "Ask who deleted the owner: --cascade=orphan leaves pods behind on purpose",
        "Where many pods stay behind: the garbage collector of kube-controller-manager may not work",
    ),
    leads_to=("duplicate-data-processors",),
    thresholds=(PATIENCE,),
    find=find,
)
