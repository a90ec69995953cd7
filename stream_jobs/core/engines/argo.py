"""Argo Workflows: a run is a Workflow; a CronWorkflow only starts it."""

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.runs.argo import KEY, LABEL, describe_workflow, without_workflow, workflow_owner
from stream_jobs.core.runs.workflows import Workflow


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim Workflows, and what names one as an owner: not every such owner is marked as the controller."""
    if known.key == KEY:
        return Claim(key=known.uid, namespace=known.namespace)
    owner = workflow_owner(known)
    if owner is not None:
        return Claim(key=owner.uid, namespace=known.namespace)
    workflow = _orphaned_by(known, cell)
    return Claim(key=workflow.uid, namespace=known.namespace) if workflow is not None else None


def _orphaned_by(known: Known, cell: Cell) -> Known | None:
    """The Workflow that was deleted without its pods (--cascade=orphan): only a label still names it."""
    name = known.labels.get(LABEL + "workflow")
    return cell.by_name(KEY, known.namespace, name) if name and known.key == "Pod" else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the Workflow's story; where it was not seen, what its pods tell."""
    heads = [each for each in members if each.key == KEY]
    uids = {each.uid for each in heads}
    for head in heads:  # a step may start another Workflow: that one is owned by the one we look for
        owner = workflow_owner(head)
        if owner is None or owner.uid not in uids:
            return describe_workflow(head, members, cell)
    return without_workflow(members, cell)


ENGINE = Engine(
    name="argo",
    title="Argo Workflow",
    layer=ORCHESTRATOR,
    views={KEY: Workflow},
    starters=(
        "CronWorkflow.argoproj.io",
        "WorkflowTemplate.argoproj.io",
        "ClusterWorkflowTemplate.argoproj.io",
        "Sensor.argoproj.io",  # Argo Events: what listens, and its bus, have pods of their own
        "EventSource.argoproj.io",
        "EventBus.argoproj.io",
    ),
    controllers=("workflow-controller",),
    claim=claim,
    describe=describe,
)
