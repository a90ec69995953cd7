"""The controllers that move an engine's objects: which they are, and when they did not run."""

from datetime import datetime

from schemas.contracts import Evidence
from schemas.kubernetes import Workload
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.links import controllers_of
from stream_jobs.core.pods import condition
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.changes import REPLICAS, emptied
from stream_jobs.core.signs.disruption import told_by


def controllers(known: Known, cell: Cell) -> list[Known]:
    """The Deployments that move objects of this kind, as far as they were seen."""
    names = controllers_of(known.key)
    return [each for each in cell.every("Deployment.apps") if each.name in names] if names else []


def down(controller: Known, since: datetime, until: datetime | None) -> str:
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


def without_pods(controller: Known) -> bool:
    """Whether it says of itself that none of its pods is ready."""
    available = condition(controller, "Available")
    return controller.exists and available is not None and available.status == "False"


def evidence_of(controller: Known, why: str) -> Evidence:
    """Why it did not run, as evidence."""
    at = next((each.before for each in reversed(controller.edits) if each.path == REPLICAS), None)
    return told_by(controller, at, f"Deployment {controller.name} {why}")


def picked_up(known: Known) -> datetime | None:
    """When its controller first wrote a phase or a condition, or when it was gone."""
    written = [at for phase, at in known.history.phases if phase]
    written += [turn.seen for turn in known.history.turns]
    return min((*written, *((known.deleted,) if known.deleted else ())), default=None)
