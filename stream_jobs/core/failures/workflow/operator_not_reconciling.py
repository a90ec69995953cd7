"""operator-not-reconciling: an engine's object waits for a controller that does not run."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from schemas.kubernetes import Workload
from stream_jobs.core.cell import Cell
from stream_jobs.core.changes import REPLICAS, emptied
from stream_jobs.core.disruption import told_by
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.links import controllers_of
from stream_jobs.core.pods import condition, seen
from stream_jobs.core.quantities import say_time

PATIENCE = timedelta(minutes=2)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    since = known.created or known.first_seen
    until = _picked_up(known)
    if until is not None and until - since < PATIENCE:
        return
    for controller in _controllers(known, cell):
        down = _down(controller, since, until)
        if down:
            yield _finding(known, controller, until, down)
            return
        if until is None and known.exists and _without_pods(controller):
            if cell.time is not None and cell.time > since + PATIENCE:
                yield _finding(known, controller, until, "has no pod that is ready")
                return
            yield Later(since + PATIENCE + timedelta(seconds=1))


def _picked_up(known: Known) -> datetime | None:
    """When its controller first wrote a phase, or when it was gone."""
    written = [at for phase, at in known.history.phases if phase]
    return min((*written, *((known.deleted,) if known.deleted else ())), default=None)


def _controllers(known: Known, cell: Cell) -> list[Known]:
    names = controllers_of(known.key)
    return [each for each in cell.every("Deployment.apps") if each.name in names]


def _down(controller: Known, since: datetime, until: datetime | None) -> str:
    """Why the controller did not run at that time, in words; "" where nothing says so."""
    for write, again in emptied(controller):
        if (again is None or again > since) and (until is None or write.at < until):
            return f"was scaled from {write.first.old or '1'} to 0 at {say_time(write.at)}"
    view = controller.view
    if until is None and isinstance(view, Workload) and view.spec.replicas == 0:
        return "has 0 replicas"
    if controller.deleted is not None and controller.deleted <= since:
        return f"was deleted at {say_time(controller.deleted)}"
    return ""


def _without_pods(controller: Known) -> bool:
    available = condition(controller, "Available")
    return controller.exists and available is not None and available.status == "False"


def _finding(known: Known, controller: Known, until: datetime | None, why: str) -> Finding:
    since = known.created or known.first_seen
    return Finding(
        says=f"{known.kind} {known.name} was not picked up: its controller, Deployment "
        f"{controller.namespace}/{controller.name}, {why}",
        since=since,
        until=until,
        evidence=(seen(known, since, "created, and no phase in its status"), _told(controller, why)),
        about=(controller.uid,),
    )


def _told(controller: Known, why: str) -> Evidence:
    at = next((each.before for each in reversed(controller.edits) if each.path == REPLICAS), None)
    return told_by(controller, at, f"Deployment {controller.name} {why}")


FAILURE = Failure(
    id="operator-not-reconciling",
    title="Controller not running",
    says="The program in the cluster that should handle this kind of job does not run, so nothing happens "
    "with it.",
    judges=("Workflow.argoproj.io",),
    severity="high",
    role="cause",
    playbook=(
        "Look at the controller's Deployment and its pods: kubectl get deployment -A, then describe it",
        "Scale it up again, or repair what keeps its pods from starting: it then picks up what waits",
    ),
    leads_to=("workflow-no-progress",),
    find=find,
)
