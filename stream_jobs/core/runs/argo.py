"""Reading Argo's runs, for its engine and for those that build on it (Kubeflow Pipelines, Metaflow)."""

from collections.abc import Container, Iterable
from datetime import datetime
from itertools import pairwise

from schemas.contracts import ENDED, Phase, Step
from schemas.kubernetes import OwnerReference
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import Description
from stream_jobs.core.known import Known
from stream_jobs.core.pods import annotated_time, ended_at, first_start, pod_phase, pods_of, wait_of, widest
from stream_jobs.core.runs.workflow_steps import Graph, fold, steps_of, with_pods
from stream_jobs.core.runs.workflows import (
    Workflow,
    WorkflowStatus,
    WorkflowTemplate,
    hidden_nodes,
    nodes_of,
    workflow_view,
)

GROUP = "argoproj.io"
KEY = f"Workflow.{GROUP}"
LABEL = "workflows.argoproj.io/"
DEFINITIONS = ("cron-workflow", "workflow-template", "cluster-workflow-template")  # labels, outermost first
TRIGGERS = {
    LABEL + "resubmitted-from-workflow": "resubmit",  # first: it copies the labels and owner of the original
    LABEL + "backfill": "backfill",
    LABEL + "cron-workflow": "schedule",
    LABEL + "workflow-event-binding": "event",
    "events.argoproj.io/sensor": "event",
}
PHASES: dict[str, Phase] = {
    "Running": "Running",
    "Succeeded": "Succeeded",
    "Failed": "Failed",
    "Error": "Error",
}
STARTING = ("PodInitializing", "ContainerCreating")  # messages of nodes that only begin


def workflow_owner(known: Known) -> OwnerReference | None:
    """The Workflow that the object names as an owner, seen or not."""
    owners = known.view.metadata.ownerReferences or ()
    return next((each for each in owners if each.kind == "Workflow" and each.group == GROUP), None)


def describe_workflow(head: Known, members: list[Known], cell: Cell, of: Iterable[str] = ()) -> Description:
    """Tell the story of one Workflow from all that belongs to its run.

    `of`: uids of the Workflows whose pods are its steps, where it was made anew; else its own alone.
    """
    view = workflow_view(head.view)
    status = view.status or WorkflowStatus()
    phase = workflow_phase(head)
    pods = step_pods(members, {head.uid, *of})
    run = with_pods(_graph(head, view, phase), pods)
    steps = steps_of(run, cell)
    return Description(
        kind="Workflow",
        name=head.name,
        uid=head.uid,
        run=head.uid,
        definition=_definition(head, view),
        trigger=_trigger(head),
        user=_user(head),
        phase=phase,
        message=". ".join(filter(None, (status.message or _cancelled(head, phase), hidden_nodes(view)))),
        wait="" if phase in ENDED else _wait(phase, status, pods, steps),
        created=head.created,
        queued=annotated_time(head, LABEL + "scheduled-time"),
        started=min(filter(None, (status.startedAt, first_start(pods))), default=None),
        ended=(status.finishedAt or head.deleted) if phase in ENDED else None,
        deleted=head.deleted,
        attempt=_attempt(head),
        steps=steps,
        requests=widest(pods_of(members)),
    )


def step_pods(members: list[Known], uids: Container[str]) -> list[Known]:
    """The pods that are steps: of this run, not of a Job that a step made, nor Argo's own helpers."""
    return [
        each
        for each in pods_of(members)
        if LABEL + "component" not in each.labels
        and ((owner := workflow_owner(each)) is None or owner.uid in uids)
        and LABEL + "workflow" in each.labels
    ]


def _graph(head: Known, view: Workflow, phase: Phase) -> Graph:
    stored = view.status.storedWorkflowTemplateSpec if view.status is not None else None
    specs = [view.spec] if stored is None else [stored, view.spec]
    templates: dict[str, WorkflowTemplate] = {}
    for spec in specs:
        templates.update((each.name, each) for each in spec.templates or ())
    return Graph(
        root=head.name,
        nodes=nodes_of(view),
        over=phase in ENDED,
        entrypoint=view.spec.entrypoint or (stored.entrypoint if stored is not None else ""),
        templates=templates,
    )


# --- how it stands --------------------------------------------------------------------------------------


def workflow_phase(known: Known) -> Phase:
    """The Workflow's phase in our words.

    A run that somebody stopped (spec.shutdown) is Failed, as Argo itself says, and its message tells so;
    Cancelled is one whose object was deleted. A run that waits at a Suspend node is Running: what it waits
    for is in `wait`.
    """
    view = workflow_view(known.view)
    phase = PHASES.get((view.status.phase if view.status is not None else None) or "", "Pending")
    if phase in ENDED:
        return phase
    if not known.exists:
        return "Cancelled"
    return "Suspended" if view.spec.suspend else phase


def _cancelled(head: Known, phase: Phase) -> str:
    return "deleted before it ended" if phase == "Cancelled" else ""


def _wait(phase: Phase, status: WorkflowStatus, pods: list[Known], steps: tuple[Step, ...]) -> str:
    """What holds it up, where nothing of it moves: a person, the scheduler, a lock, its controller."""
    if phase == "Suspended":
        return "it was suspended, and goes on when somebody resumes it"
    if any(pod_phase(each) == "Running" for each in pods):
        return ""
    gate = next((each.name for each in steps if each.phase == "Suspended"), "")
    if gate:
        return f"step {gate} waits until somebody resumes it"
    stuck = (f"{each.name}: {each.message}" for each in steps if _is_stuck(each))
    said = wait_of(pods) or next(stuck, "") or (status.message or "" if phase == "Pending" else "")
    return said or ("" if status.phase else "its controller has not picked it up")


def _is_stuck(step: Step) -> bool:
    return step.phase == "Pending" and bool(step.message) and not step.message.startswith(STARTING)


def _attempt(head: Known) -> int:
    """`argo retry` keeps name and uid: it shows as a Workflow that had ended and goes on."""
    phases = [phase for phase, _ in head.history.phases]
    turns = pairwise(phases)
    return 1 + sum(PHASES.get(old) in ENDED and PHASES.get(new) not in ENDED for old, new in turns)


# --- who started what -----------------------------------------------------------------------------------


def _definition(head: Known, view: Workflow) -> str:
    labelled = (head.labels.get(LABEL + each) for each in DEFINITIONS)
    template = view.spec.workflowTemplateRef
    named = next(filter(None, labelled), "") or (template.name if template is not None else "")
    return named or view.metadata.generateName.rstrip("-") or head.name


def _trigger(head: Known) -> str:
    owners = head.view.metadata.ownerReferences or ()
    scheduled = "schedule" if any(each.kind == "CronWorkflow" for each in owners) else "manual"
    return next((trigger for label, trigger in TRIGGERS.items() if label in head.labels), scheduled)


def _user(head: Known) -> str:
    """Who submitted it, where Argo's server knew: a label, so an address has ".at." for its "@"."""
    email = head.labels.get(LABEL + "creator-email", "").replace(".at.", "@")
    return (
        head.labels.get(LABEL + "creator-preferred-username")
        or email
        or head.labels.get(LABEL + "creator", "")
    )


# --- without the object ---------------------------------------------------------------------------------


def without_workflow(members: list[Known], cell: Cell) -> Description:
    """Tell what the pods tell of a Workflow that was not seen."""
    owner = next(filter(None, (workflow_owner(each) for each in members)), None)
    name, uid = (owner.name, owner.uid) if owner is not None else (members[0].name, "")
    pods = step_pods(members, {uid})
    steps = steps_of(with_pods(Graph(name), pods), cell)
    phase = fold(each.phase for each in steps)
    ends: list[datetime] = [at for each in pods if (at := ended_at(each)) is not None]
    return Description(
        kind="Workflow",
        name=name,
        uid=uid,
        run=uid,
        definition=name,
        phase=phase,
        message="the Workflow itself was not seen: this is what its pods tell",
        wait=wait_of(pods),
        created=members[0].created,
        started=first_start(pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        steps=steps,
        requests=widest(pods_of(members)),
    )
