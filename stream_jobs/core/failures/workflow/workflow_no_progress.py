"""workflow-no-progress: a pipeline stands still, and nothing of it runs, fails or is waited for."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.kubernetes import Condition
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, ended_at, pods_of, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.workflows import Workflow, WorkflowNode, WorkflowStatus, nodes_of
from stream_jobs.core.signs.controllers import controllers, down, evidence_of, picked_up
from stream_jobs.core.signs.disruption import away
from stream_jobs.core.signs.pipelines import FAILED
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="workflow-no-progress.patience",
    default=timedelta(minutes=15),
    says="A pipeline of which nothing runs is given so long to start its next step",
)
OVER = FAILED | {"Succeeded"}
WAITS = re.compile(r"Waiting for \S+ lock|too many workflows|Backoff for", re.IGNORECASE)
WITHOUT_POD = frozenset({"Suspend", "HTTP", "Plugin"})
CUSTOM = ("CustomRun.tekton.dev", "Run.tekton.dev")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    since, until = known.created or known.first_seen, picked_up(known)
    for controller in controllers(known, cell):
        why = down(controller, since, until)
        if why and (until is None or until - since >= PATIENCE.of(cell)):
            yield Finding(
                says=f"{known.kind} {known.name} stands still since {say_time(since)}: nobody has started it",
                since=since,
                until=until,
                occurrence="start",
                evidence=(seen(known, since, "no phase and no pods"), evidence_of(controller, why)),
                about=(controller.uid,),
            )
            return
    if until is not None and _goes_on(known) and not _waits(known, cell):
        yield from _silent(known, cell)


def _goes_on(known: Known) -> bool:
    if not known.exists:
        return False
    if isinstance(known.view, Workflow):
        status = known.view.status
        return status is not None and bool(status.phase) and status.phase not in OVER
    return (condition(known, "Succeeded") or Condition()).status == "Unknown"


def _waits(known: Known, cell: Cell) -> bool:
    """Whether it is known what it waits for, or what works for it without a pod."""
    if not isinstance(known.view, Workflow):
        return bool(cell.owned(known, CUSTOM[0]) or cell.owned(known, CUSTOM[1]))
    status = known.view.status or WorkflowStatus()
    if known.view.spec.suspend or WAITS.search(status.message or "") or status.offloadNodeStatusVersion:
        return True
    return any(_busy(node) for node in nodes_of(known.view).values())


def _busy(node: WorkflowNode) -> bool:
    if WAITS.search(node.message or "") and node.phase not in OVER:
        return True
    return node.phase == "Running" and node.type in WITHOUT_POD


def _silent(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    pods = pods_of(cell.descendants(known))
    going = [each for each in pods if ended_at(each) is None]
    lost = [each for each in going if away(cell, each, cell.time or each.seen, None) is not None]
    if len(lost) < len(going):
        return
    last = max((each for each in _moments(known, cell, pods) if each is not None), default=known.first_seen)
    limit = last + PATIENCE.of(cell)
    if cell.time is None or cell.time <= limit:
        yield Later(limit + timedelta(seconds=1))
        return
    if not cell.complete("Pod", known.namespace):
        return
    why = f"; the node of pod {lost[0].name} is out of reach" if lost else ", and no pod of it runs"
    yield Finding(
        says=f"{known.kind} {known.name} stands still since {say_time(last)}: it is not over{why}",
        since=last,
        evidence=(seen(known, last, f"not over; {len(pods)} pods were seen, the last change was then"),),
        about=tuple(node.uid for each in lost if (node := cell.node(each)) is not None),
        confidence=0.8,
    )


def _moments(known: Known, cell: Cell, pods: list[Known]) -> Iterator[datetime | None]:
    """When something happened in it, as far as it is stated."""
    yield known.created
    for each in (known, *cell.owned(known)):
        yield from (turn.at for turn in each.history.turns)
    for pod in pods:
        yield from (pod.created, ended_at(pod))
    if isinstance(known.view, Workflow):
        for node in nodes_of(known.view).values():
            yield from (node.startedAt, node.finishedAt)


FAILURE = Failure(
    id="workflow-no-progress",
    title="Pipeline stands still",
    says="The pipeline is not over, but nothing of it runs, nothing fails, and no step is about to start.",
    sees="The run is Running or Pending for long, and kubectl get pods shows no pod of it at work.",
    confirm=(
        "kubectl -n NAMESPACE get pods -l workflows.argoproj.io/workflow=NAME lists no Running pod (Argo)",
        "kubectl get pods -A | grep -i controller shows whether the engine's controller is up",
    ),
    judges=("Workflow.argoproj.io", "PipelineRun.tekton.dev"),
    severity="high",
    role="symptom",
    playbook=(
        "Look at the engine's controller first: its pods, its log, its Lease",
        "Then at what may hold the run: a lock, an open approval, a pod on a node that is out of reach",
    ),
    thresholds=(PATIENCE,),
    find=find,
)
