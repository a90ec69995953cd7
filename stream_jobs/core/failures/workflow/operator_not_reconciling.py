"""operator-not-reconciling: an engine's object waits for a controller that does not run."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.runs.statements import run_kinds
from stream_jobs.core.signs.controllers import controllers, down, evidence_of, picked_up, without_pods
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="operator-not-reconciling.patience",
    default=timedelta(minutes=2),
    says="A controller without a ready pod is given so long to pick up what is new",
)
SILENCE = Patience(
    id="operator-not-reconciling.silence",
    default=timedelta(minutes=30),
    says="An object without status, events and children has been left alone for so long, whoever should "
    "handle it; long, as nothing else is known",
)
PAUSES = ("spec.suspend", "spec.runPolicy.suspend")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    since = known.created or known.first_seen
    until = picked_up(known)
    if (until is not None and until - since < PATIENCE.of(cell)) or (until is None and not _blank(known)):
        return
    found = controllers(known, cell)
    for controller in found:
        why = down(controller, since, until)
        if why:
            yield _finding(known, controller, until, why)
            return
        if until is None and known.exists and without_pods(controller):
            if cell.time is not None and cell.time > since + PATIENCE.of(cell):
                yield _finding(known, controller, until, "has no pod that is ready")
                return
            yield Later(since + PATIENCE.of(cell) + timedelta(seconds=1))
    if until is None and not found and known.exists and _alone(known, cell):
        yield from _left_alone(known, cell, since)


def _blank(known: Known) -> bool:
    """Whether nobody has written a status."""
    status = getattr(known.view, "status", None)
    return status is None or status == type(status)()


def _alone(known: Known, cell: Cell) -> bool:
    """Whether nothing at all happened with it, though nobody holds it back."""
    paused = any(known.fields.get(each) == "true" for each in PAUSES)
    return not (paused or cell.events(known) or cell.owned(known) or known.view.metadata.ownerReferences)


def _left_alone(known: Known, cell: Cell, since: datetime) -> Iterator[Finding | Later]:
    if cell.time is None or cell.time <= since + SILENCE.of(cell):
        yield Later(since + SILENCE.of(cell) + timedelta(seconds=1))
        return
    yield Finding(
        says=f"{known.kind} {known.name} was not picked up by any controller: it has no status, no events "
        "and nothing was made for it",
        since=since,
        evidence=(seen(known, since, "created, and no status since"),),
        confidence=0.6,  # its controller is not known by name
    )


def _finding(known: Known, controller: Known, until: datetime | None, why: str) -> Finding:
    since = known.created or known.first_seen
    return Finding(
        says=f"{known.kind} {known.name} was not picked up: its controller, Deployment "
        f"{controller.namespace}/{controller.name}, {why}",
        since=since,
        until=until,
        evidence=(seen(known, since, "created, and no phase in its status"), evidence_of(controller, why)),
        about=(controller.uid,),
    )


FAILURE = Failure(
    id="operator-not-reconciling",
    title="Controller not running",
    says="The program in the cluster that should handle this kind of job does not run, so nothing happens "
    "with it.",
    sees="The object exists with an empty status, and there are neither pods nor events.",
    confirm=(
        "kubectl -n NAMESPACE get KIND NAME -o jsonpath='{.status}' prints nothing",
        "kubectl get deployments -A shows the kind's controller with 0 ready, or not at all",
    ),
    judges=run_kinds(),
    severity="high",
    role="cause",
    playbook=(
        "Look at the controller's Deployment and its pods: kubectl get deployment -A, then describe it",
        "Scale it up again, or repair what keeps its pods from starting: it then picks up what waits",
    ),
    leads_to=("workflow-no-progress", "job-running-too-long"),
    thresholds=(PATIENCE, SILENCE),
    find=find,
)
