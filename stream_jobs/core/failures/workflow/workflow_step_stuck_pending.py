"""workflow-step-stuck-pending: a step of a pipeline does not start."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Severity
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR
from stream_jobs.core.engines import all_engines
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen, started_at, waiting_reason
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.workflows import Workflow, WorkflowNode, nodes_of, workflow_view
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.pipelines import pod_of
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="workflow-step-stuck-pending.patience",
    default=timedelta(minutes=5),
    says="A step that only is Pending, or waits for a node that may still come, is given so long to start",
)
OVER = frozenset({"Succeeded", "Failed", "Error"})
# What Argo copies from a pod that cannot start, or from the API server that refuses the pod.
DIRECT = re.compile(
    r"^(?:ImagePullBackOff|ErrImagePull|ErrImageNeverPull|InvalidImageName|ImageInspectError|CreateContainer\w*Error"
    r"|RunContainerError|StartError|CrashLoopBackOff)|forbidden: |exceeded quota"
)
SCHEDULING = re.compile(r"^Unschedulable|nodes are available")
WAITS = re.compile(r"Waiting for \S+ lock|Backoff for|SchedulingGated")  # told elsewhere, or meant so


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if isinstance(known.view, Workflow):
        for node in nodes_of(known.view).values():
            if node.type == "Pod" and node.startedAt is not None:
                yield from _of_node(known, cell, node, node.startedAt)
    elif _engine(known, cell) not in ("", "argo"):
        yield from _of_pod(known, cell)


def _of_node(known: Known, cell: Cell, node: WorkflowNode, since: datetime) -> Iterator[Finding | Later]:
    pod, message = pod_of(cell, known, node), node.message or ""
    status = workflow_view(known.view).status
    over = status is not None and status.phase in OVER
    if node.phase != "Pending" or over or WAITS.search(message):
        return
    late = since + PATIENCE.of(cell)
    told = bool(DIRECT.search(message) or SCHEDULING.search(message))
    lasts = cell.time is not None and cell.time > late
    if not lasts:
        yield Later(late + timedelta(seconds=1))
        if not told:
            return
    severity: Severity | None = "low" if SCHEDULING.search(message) and not lasts else None
    said = one_line(message, 200)
    yield Finding(
        says=f"Step {node.shown} of Workflow {known.name} is Pending since "
        f"{say_time(since)}" + (f": {said}" if said else ""),
        since=since,
        occurrence=node.id,
        evidence=(seen(known, since, f"node {node.id} is Pending: {one_line(message)}".rstrip(": ")),),
        about=(pod.uid,) if pod is not None else (),
        severity=severity,
    )


def _of_pod(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    """A step that is known by its pod."""
    view = pod_view(known)
    since, started = known.created, started_at(known)
    if since is None or view.spec.schedulingGates:
        return
    late, until = since + PATIENCE.of(cell), started or known.deleted
    if until is None and view.status.phase != "Pending":
        return
    now = until or cell.time
    if now is None or now <= late:
        if until is None:
            yield Later(late + timedelta(seconds=1))
        return
    reason = waiting_reason(known) if until is None else ""
    told = f": {reason}" if reason else ""
    when = f"since {say_time(since)}" if until is None else f"from {say_time(since)} to {say_time(until)}"
    yield Finding(
        says=f"{_step(known)} {'is' if until is None else 'was'} Pending {when}{told}",
        since=since,
        until=until,
        evidence=(seen(known, since, f"pod {known.name} was made then, and is {view.status.phase}"),),
    )


def _engine(known: Known, cell: Cell) -> str:
    """The pipeline engine that the pod is a step of; "" where there is none."""
    pipelines = {each.name for each in all_engines() if each.layer == ORCHESTRATOR}
    homes = [cell.runs[each].engine for each in cell.homes.get(known.uid, ()) if each in cell.runs]
    return next((each for each in reversed(homes) if each in pipelines), "")


def _step(known: Known) -> str:
    labels = known.labels
    task = labels.get("task_id") or labels.get("tekton.dev/pipelineTask")
    return f"Task {task} (pod {known.name})" if task else f"Step pod {known.name}"


FAILURE = Failure(
    id="workflow-step-stuck-pending",
    title="Step does not start",
    says="A step of the pipeline is due but has not started: its pod waits, or could not even be created.",
    sees="The engine shows the step as Pending, with the pod's first reason for waiting.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows what the step's pod waits for",
        "kubectl -n NAMESPACE get events --field-selector involvedObject.name=NAME where there is no pod",
    ),
    judges=("Workflow.argoproj.io", "Pod"),
    severity="medium",
    role="symptom",
    playbook=(
        "Go to the step's pod: no node, an image, a volume or settings that are missing say what to do",
        "Where there is no pod, the namespace's quota or a policy refused it",
    ),
    leads_to=("job-running-too-long", "workflow-deadline-exceeded"),
    thresholds=(PATIENCE,),
    find=find,
)
