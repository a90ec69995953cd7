"""Flyte: a run is an execution: a FlyteWorkflow in version 1, the TaskActions of one run in version 2.

Both are known by project, domain and name, which the pods carry as labels too. In version 1 these have bare
names ("project"), so several of them must be there. Sources: see stream_jobs/core/runs/flyte.py.
"""

from collections.abc import Iterator

from schemas.contracts import ENDED, Phase
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR, Claim, Description, Engine, FailedPart
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, first_start, pods_of, wait_of, widest
from stream_jobs.core.runs.flyte import (
    ACTION,
    BOUNDS,
    WORKFLOW,
    FlyteWorkflow,
    TaskAction,
    WorkflowStatus,
    action_phase,
    node_phase,
    workflow_phase,
)
from stream_jobs.core.runs.flyte_steps import action_ended, action_steps, node_steps, parent
from stream_jobs.core.runs.roles import fold

MANAGED = "flyte.org/managed"
MARKS = frozenset(
    {
        "execution-id",
        "project",
        "domain",
        "workflow-name",
        "node-id",
        "task-name",
        "shard-key",
        "interruptible",
    }
)
ENOUGH = 4  # of the bare labels


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim by project, domain and name of the execution; what lacks them is found by its owner."""
    key = _key(known) or (known.uid if known.key == WORKFLOW else "")
    return Claim(key=key, namespace=known.namespace) if key else None


def _key(known: Known) -> str:
    labels = known.labels
    if isinstance(known.view, TaskAction):
        spec = known.view.spec
        return f"{spec.project}/{spec.domain}/{spec.runName}" if spec.runName else ""
    if labels.get(MANAGED) == "true" and labels.get("run"):
        return f"{labels.get('project', '')}/{labels.get('domain', '')}/{labels['run']}"
    if "execution-id" in labels and len(MARKS & labels.keys()) >= ENOUGH:
        return f"{labels.get('project', '')}/{labels.get('domain', '')}/{labels['execution-id']}"
    return ""


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the execution's story."""
    head = next((each for each in members if isinstance(each.view, FlyteWorkflow)), None)
    if head is not None:
        return _of_workflow(head, members, cell)
    return _of_actions(members, cell)


# --- version 1 ------------------------------------------------------------------------------------------


def _of_workflow(head: Known, members: list[Known], cell: Cell) -> Description:
    view = head.view
    assert isinstance(view, FlyteWorkflow)
    status = view.status or WorkflowStatus()
    pods = pods_of(members)
    phase, message = workflow_phase(head)
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    return Description(
        kind="FlyteWorkflow",
        name=head.name,
        uid=head.uid,
        run=head.labels.get("execution-id", head.name),
        definition=head.labels.get("workflow-name") or (view.spec.id if view.spec else "") or head.name,
        phase=phase,
        message=message,
        wait=_wait(phase, pods, picked_up=status.phase != 0),
        created=head.created,
        queued=view.acceptedAt,
        started=min(filter(None, (status.startedAt, first_start(pods))), default=None),
        ended=(status.stoppedAt or max(ends, default=None) or head.deleted) if phase in ENDED else None,
        deleted=head.deleted,
        steps=node_steps(view, pods, phase, cell),
        requests=widest(pods),
    )


def _wait(phase: Phase, pods: list[Known], *, picked_up: bool) -> str:
    if phase not in ("Pending", "Running"):
        return ""
    return wait_of(pods) or ("" if picked_up else "its controller has not picked it up")


# --- version 2, and version 1 without its object --------------------------------------------------------


def _of_actions(members: list[Known], cell: Cell) -> Description:
    actions = [each for each in members if isinstance(each.view, TaskAction)]
    pods = pods_of(members)
    root = next((each for each in actions if not parent(each)), None)
    steps = action_steps(actions, pods, cell)
    phase, message = action_phase(root) if root is not None else (fold(each.phase for each in steps), "")
    first = root or members[0]
    ends = [each.ended for each in steps if each.ended is not None]
    name = next(filter(None, (_key(each) for each in members)), "").rpartition("/")[2]
    unseen = "" if root is not None else "the run itself was not seen: this is what its parts tell"
    return Description(
        kind="Run" if actions or MANAGED in first.labels else "FlyteWorkflow",
        name=name,
        uid=root.uid if root is not None else "",
        run=name,
        definition=first.labels.get("workflow-name") or first.labels.get("task-name") or name,
        phase=phase,
        message=message or unseen,
        wait=_wait(phase, pods, picked_up=True),
        created=first.created,
        started=first_start(pods),
        ended=(action_ended(root) if root is not None else None) or max(ends, default=None)
        if phase in ENDED
        else None,
        deleted=root.deleted if root is not None else None,
        steps=steps,
        requests=widest(pods),
    )


# --- what failed ----------------------------------------------------------------------------------------


def failed(known: Known, cell: Cell) -> Iterator[FailedPart]:
    """Yield the nodes of a FlyteWorkflow that failed and the run; an action that failed, and its run."""
    if isinstance(known.view, FlyteWorkflow):
        yield from _failed_nodes(known, known.view, cell)
        phase, message = workflow_phase(known)
        if phase in ("Failed", "Error"):
            at = known.view.status.stoppedAt if known.view.status is not None else None
            yield FailedPart(
                says=f"Flyte execution {known.name} failed", message=message, since=at or known.seen
            )
    elif isinstance(known.view, TaskAction) and (told := action_phase(known))[0] in ("Failed", "Error"):
        spec, since = known.view.spec, action_ended(known)
        yield FailedPart(
            step=spec.actionName,
            says=f"Action {spec.actionName} of Flyte run {spec.runName} failed",
            message=told[1],
            since=since,
            about=tuple(each.uid for each in cell.owned(known)),
        )
        if not parent(known):
            yield FailedPart(says=f"Flyte run {spec.runName} failed", message=told[1], since=since)


def _failed_nodes(known: Known, view: FlyteWorkflow, cell: Cell) -> Iterator[FailedPart]:
    nodes = (view.spec.nodes if view.spec is not None else None) or {}
    owned = cell.owned(known)
    for name, status in sorted(((view.status and view.status.nodeStatus) or {}).items()):
        phase, message = node_phase(status)
        if phase in ("Failed", "Error") and name not in BOUNDS:
            shown = nodes[name].name or name if name in nodes else name
            yield FailedPart(
                step=shown,
                says=f"Node {shown} of Flyte execution {known.name} failed",
                message=message,
                since=status.stoppedAt or known.seen,
                about=tuple(each.uid for each in owned if each.labels.get("node-id") == name),
            )


ENGINE = Engine(
    name="flyte",
    title="Flyte execution",
    layer=ORCHESTRATOR,
    views={WORKFLOW: FlyteWorkflow, ACTION: TaskAction},
    controllers=("flytepropeller", "flyte-binary", "flyte2-executor"),
    failed=failed,
    claim=claim,
    describe=describe,
)
