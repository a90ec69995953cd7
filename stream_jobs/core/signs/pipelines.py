"""What failed in a pipeline: nodes of an Argo Workflow that count, tasks known by pods, what engines tell."""

from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR
from stream_jobs.core.engines import all_engines
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, pods_of, seen
from stream_jobs.core.runs.work import tries
from stream_jobs.core.runs.workflows import NODE_ID, Workflow, WorkflowNode, nodes_of, workflow_view
from stream_jobs.core.signs.disruption import stopped_at
from stream_jobs.core.signs.messages import one_line

FAILED = frozenset({"Failed", "Error"})
WORK = frozenset({"Pod", "Container", "HTTP", "Plugin"})
POD_DELETED = ("pod deleted", "container deleted")
CHECKED = "already_checked"  # Airflow's operator is done with the pod, however it stands


def failed_nodes(known: Known) -> list[WorkflowNode]:
    """The nodes that did the failing, first ones first: none whose retry may still go well, or did."""
    nodes = nodes_of(known.view)
    spent = {child for node in nodes.values() if node.type == "Retry" for child in _spent(node)}
    found = [
        node
        for node in nodes.values()
        if node.type in WORK
        and node.phase in FAILED
        and node.id not in spent
        and not _holds_failed(node, nodes)
    ]
    return sorted(found, key=lambda node: (node.finishedAt.timestamp() if node.finishedAt else 0.0, node.id))


def _spent(retry: WorkflowNode) -> tuple[str, ...]:
    """Tries that decided nothing: all but the last of a retry that failed, all of any other."""
    children = retry.children or ()
    return children[:-1] if retry.phase in FAILED else children


def _holds_failed(node: WorkflowNode, nodes: dict[str, WorkflowNode]) -> bool:
    """A pod of several containers is told by those."""
    return any(
        each.type == "Container" and each.boundaryID == node.id and each.phase in FAILED
        for each in nodes.values()
    )


def pod_was_deleted(node: WorkflowNode) -> bool:
    """Whether Argo says that the node's pod went away under it."""
    return (node.message or "").startswith(POD_DELETED)


def pod_of(cell: Cell, known: Known, node: WorkflowNode) -> Known | None:
    """The node's newest pod."""
    ids = (node.id, node.boundaryID)
    found = [
        each for each in pods_of(cell.owned(known)) if (each.annotations.get(NODE_ID) or each.name) in ids
    ]
    return found[-1] if found else None


def stopped(known: Known) -> bool:
    """Whether somebody told the Workflow to stop; Kubeflow Pipelines sets its deadline to zero for that."""
    spec = known.view.spec if isinstance(known.view, Workflow) else None
    return spec is not None and (bool(spec.shutdown) or spec.activeDeadlineSeconds == 0)


def failed_since(known: Known) -> datetime | None:
    """When the Workflow failed."""
    status = workflow_view(known.view).status
    at = [seen for phase, seen in known.history.phases if phase in FAILED]
    return (status.finishedAt if status else None) or (at[-1] if at else None)


# --- tasks without an object ----------------------------------------------------------------------------


def failed_try(known: Known, cell: Cell) -> int:
    """Which try of its task the pod is, where it failed and no newer one has been made; else 0."""
    every = tries(cell, known)
    if not every or every[-1].uid != known.uid or not _failed(known):
        return 0
    told = known.labels.get("try_number", "")
    return int(told) if told.isdigit() else len(every)


def gave_up(known: Known) -> datetime | None:
    """When the task's try was over: with its pod, or when its operator was done with it."""
    labelled = [each.time for each in known.managers if "metadata.labels" in each.fields and each.time]
    return ended_at(known) or known.history.asked or max(labelled, default=None)


def _failed(known: Known) -> bool:
    phase = pod_view(known).status.phase
    if phase == "Failed":
        return stopped_at(known) is None
    return phase == "Pending" and CHECKED in known.labels


# --- engines whose steps are objects ----------------------------------------------------------------------


def told_kinds() -> tuple[str, ...]:
    """The kinds of pipeline engines that say themselves what of them failed; a job is no pipeline."""
    engines = (each for each in all_engines() if each.failed is not None and each.layer == ORCHESTRATOR)
    return tuple(sorted(kind for each in engines for kind in each.views))


def told(known: Known, cell: Cell, *, steps: bool) -> Iterator[Finding]:
    """Yield what the object's engine says of its failure: of its steps, or of the run itself."""
    for engine in all_engines():
        parts = engine.failed(known, cell) if engine.failed and known.key in engine.views else ()
        for part in parts:
            if bool(part.step) == steps:
                message = one_line(part.message, 200)
                yield Finding(
                    says=part.says + (f": {message}" if message else ""),
                    since=part.since,
                    occurrence=",".join(part.about) or part.step,
                    evidence=(seen(known, part.since, message or part.says),),
                    about=part.about,
                )
