"""The steps of a Flyte execution: nodes of a graph in version 1, actions in version 2; attempts are pods."""

from datetime import datetime

import msgspec

from schemas.contracts import ENDED, Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, ended_at, first_start, pod_phase
from stream_jobs.core.runs.flyte import (
    BOUNDS,
    FlyteNode,
    FlyteWorkflow,
    NodeStatus,
    TaskAction,
    WorkflowSpec,
    action_phase,
    before,
    node_phase,
)
from stream_jobs.core.runs.roles import attempts_of


def node_steps(view: FlyteWorkflow, pods: list[Known], phase: Phase, cell: Cell) -> tuple[Step, ...]:
    """A step a node of the graph, then those that were made on the way (dynamic ones)."""
    spec = view.spec or WorkflowSpec()
    statuses = (view.status.nodeStatus if view.status is not None else None) or {}
    mine: dict[str, list[Known]] = {}
    for pod in pods:
        mine.setdefault(pod.labels.get("node-id", "") or pod.name, []).append(pod)
    nodes = spec.nodes or {}
    names = {name: node.name or name for name, node in nodes.items()}
    waits = before(spec)
    return tuple(
        _node(
            Node(
                names.get(each, each),
                nodes.get(each, FlyteNode(kind="task")).kind,
                statuses.get(each),
                mine.get(each, []),
                tuple(names.get(one, one) for one in waits.get(each, ()) if one not in BOUNDS),
            ),
            cell,
            over=phase in ENDED,
        )
        for each in dict.fromkeys((*nodes, *sorted(statuses), *sorted(mine)))
        if each not in BOUNDS
    )


class Node(msgspec.Struct, frozen=True):
    """One node with its pods, and the names of those it waits for."""

    name: str
    kind: str
    status: NodeStatus | None
    pods: list[Known]
    after: tuple[str, ...]


def _node(node: Node, cell: Cell, *, over: bool) -> Step:
    status, pods = node.status, node.pods
    if status is not None:
        phase, message = node_phase(status)
    else:
        phase, message = (pod_phase(pods[-1]) if pods else "Pending"), ""
    if over and phase not in ENDED:
        phase = "Cancelled" if pods else "Skipped"
    told = status or NodeStatus()
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    return Step(
        name=node.name,
        kind=node.kind,
        phase=phase,
        message=message,
        started=told.startedAt or first_start(pods),
        ended=(told.stoppedAt or max(ends, default=None)) if phase in ENDED else None,
        after=node.after,
        attempts=attempts_of(pods, cell, place=_place),
    )


def _place(pod: Known) -> str:
    """A pod's name ends with the number of its try; what is before it names the node."""
    return pod.name.rpartition("-")[0]


def parent(action: Known) -> str:
    """The name of the action that called it; "" for the root of a run."""
    view = action.view
    return (view.spec.parentActionName or "") if isinstance(view, TaskAction) else ""


def action_ended(action: Known) -> datetime | None:
    """When it was over, by its conditions, else by its delete."""
    told = condition(action, "Succeeded") or condition(action, "Failed")
    return (told.lastTransitionTime if told is not None else None) or action.deleted


def action_steps(actions: list[Known], pods: list[Known], cell: Cell) -> tuple[Step, ...]:
    """A step an action; the action that called it is what it comes after."""
    mine: dict[str, list[Known]] = {}
    for pod in pods:
        mine.setdefault(pod.labels.get("action") or pod.labels.get("node-id") or pod.name, []).append(pod)
    known = {each.view.spec.actionName: each for each in actions if isinstance(each.view, TaskAction)}
    return tuple(
        _action(name, known.get(name), mine.get(name, []), cell) for name in dict.fromkeys((*known, *mine))
    )


def _action(name: str, action: Known | None, pods: list[Known], cell: Cell) -> Step:
    attempts = attempts_of(pods, cell, place=lambda _: name)
    view = action.view if action is not None else None
    if action is not None:
        phase, message = action_phase(action)
    else:
        phase, message = attempts[-1].phase, ""
    ends = [each.ended for each in attempts if each.ended is not None]
    return Step(
        name=name,
        kind=view.spec.taskType if isinstance(view, TaskAction) else "task",
        phase=phase,
        message=message,
        started=first_start(pods),
        ended=max(ends, default=action_ended(action) if action is not None else None)
        if phase in ENDED
        else None,
        after=(parent(action),) if action is not None and parent(action) else (),
        attempts=attempts,
    )
