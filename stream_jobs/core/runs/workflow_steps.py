"""The steps of an Argo Workflow: its nodes folded to the tasks of its templates, their pods as attempts.

A node's name is its path. Without the numbers of retries, loop items and step groups, what is left names
the task: "run[1].train(2:eu)(0)" is an attempt of "train". So one step stands for all items of a loop, and
its attempts are numbered within an item.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import msgspec

from schemas.contracts import ENDED, Attempt, Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import attempt_of, pod_phase
from stream_jobs.core.runs.workflows import NODE_ID, NODE_NAME, WorkflowNode, WorkflowTask, WorkflowTemplate

GROUPS = frozenset({"DAG", "Steps", "StepGroup", "TaskGroup", "Retry"})
WITHOUT_POD = frozenset({"Suspend", "Skipped"})
EXPANSION = re.compile(r"\(\d+(?::[^()]*)?\)")  # an attempt or a loop item; Argo strips brackets from items
ATTEMPT = re.compile(r"\((\d+)\)")
GROUP_INDEX = re.compile(r"\[\d+\]")
TASK_IN_DEPENDS = re.compile(r"[A-Za-z0-9_][-A-Za-z0-9_]*(?:\.[A-Za-z]+)?")
SHUTDOWN = "workflow shutdown with strategy"
PHASES: dict[str, Phase] = {
    "Running": "Running",
    "Succeeded": "Succeeded",
    "Skipped": "Skipped",
    "Omitted": "Skipped",
    "Failed": "Failed",
    "Error": "Error",
}
# What a step of several items is, by the first of these that one of them is.
WORST_FIRST: tuple[Phase, ...] = (
    "Running",
    "Suspended",
    "Pending",
    "Error",
    "Failed",
    "Cancelled",
    "Succeeded",
)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Graph(msgspec.Struct, frozen=True):
    """The nodes of one run, and its pods by the node they are of."""

    root: str  # the Workflow's name, which is its root node's
    nodes: dict[str, WorkflowNode] = {}
    retries: dict[str, WorkflowNode] = {}  # Retry nodes by name
    pods: dict[str, list[Known]] = {}
    over: bool = False  # nothing of it will run any more
    entrypoint: str = ""
    templates: dict[str, WorkflowTemplate] = {}

    def path(self, node: WorkflowNode) -> str:
        """The step that a node is of; a run of one container is named as its template."""
        rest = EXPANSION.sub("", node.name.removeprefix(self.root))
        return GROUP_INDEX.sub("", rest).strip(".") or node.templateName or self.entrypoint or "main"

    def phase(self, node: WorkflowNode) -> Phase:
        """The node's phase in our words."""
        phase = PHASES.get(node.phase or "", "Pending")
        if (node.message or "").startswith(SHUTDOWN):
            return "Cancelled"
        if phase not in ENDED and self.over:
            return "Cancelled"
        return "Suspended" if phase == "Running" and node.type == "Suspend" else phase


def with_pods(run: Graph, pods: Iterable[Known]) -> Graph:
    """Join nodes and pods; a pod whose node is not shown (yet, or any more) counts as its node."""
    nodes, of_node = dict(run.nodes), defaultdict(list)
    for pod in pods:
        node_id = pod.annotations.get(NODE_ID) or pod.name
        of_node[node_id].append(pod)
        if node_id not in run.nodes:
            name = pod.annotations.get(NODE_NAME) or node_id
            nodes[node_id] = WorkflowNode(
                id=node_id, name=name, type="Pod", phase=pod_phase(pod), startedAt=pod.created
            )
    retries = {each.name: each for each in nodes.values() if each.type == "Retry"}
    return msgspec.structs.replace(run, nodes=nodes, retries=retries, pods=dict(of_node))


def steps_of(run: Graph, cell: Cell) -> tuple[Step, ...]:
    """Every task that has a node, in the order they began, then those that are still to come."""
    of_step: dict[str, list[WorkflowNode]] = defaultdict(list)
    for node in sorted(run.nodes.values(), key=_age):
        if node.type not in GROUPS:
            of_step[run.path(node)].append(node)
    after = edges(run)
    steps = [_step(run, name, nodes, after[name], cell) for name, nodes in of_step.items()]
    return (*steps, *_planned(run, of_step.keys()))


def _age(node: WorkflowNode) -> tuple[datetime, str]:
    return node.startedAt or LONG_AGO, node.name


def _step(run: Graph, name: str, nodes: list[WorkflowNode], after: tuple[str, ...], cell: Cell) -> Step:
    items: dict[str, list[WorkflowNode]] = defaultdict(list)
    for node in nodes:
        items[ATTEMPT.sub("", node.name)].append(node)
    verdicts = [_verdict(run, item, tried) for item, tried in items.items()]
    attempts = tuple(each for tried in items.values() for each in _attempts(run, tried, cell))
    phase = fold(run.phase(each) for each in verdicts)
    ends = [each.finishedAt for each in verdicts if each.finishedAt is not None]
    return Step(
        name=name,
        kind=nodes[-1].type,
        phase=phase,
        message=_message(run, verdicts, phase),
        started=min((each.startedAt for each in nodes if each.startedAt is not None), default=None),
        ended=max(ends, default=None) if phase in ENDED else None,
        after=after,
        attempts=attempts,
    )


def _verdict(run: Graph, item: str, tried: list[WorkflowNode]) -> WorkflowNode:
    """The node that says how an item stands: its Retry node, else the newest attempt."""
    return run.retries.get(item) or max(tried, key=_order)


def _order(node: WorkflowNode) -> tuple[list[int], datetime]:
    return [int(number) for number in ATTEMPT.findall(node.name)], node.startedAt or LONG_AGO


def fold(phases: Iterable[Phase]) -> Phase:
    """The phase of several together: what still goes on, else the worst."""
    found = set(phases)
    if "Pending" in found and found & {"Succeeded", "Failed", "Error"}:
        return "Running"
    return next((each for each in WORST_FIRST if each in found), "Skipped" if found else "Pending")


def _message(run: Graph, verdicts: list[WorkflowNode], phase: Phase) -> str:
    telling = [each for each in verdicts if each.message and run.phase(each) == phase]
    if not telling:
        return ""
    said = telling[0].message or ""
    if len(verdicts) == 1:
        return said
    item = EXPANSION.findall(telling[0].name)
    return f"{len(telling)} of {len(verdicts)} items: {item[-1] if item else ''} {said}"


# --- attempts -------------------------------------------------------------------------------------------


def _attempts(run: Graph, tried: list[WorkflowNode], cell: Cell) -> Iterator[Attempt]:
    """Each pod is an attempt: Argo may start a node's pod anew, and `argo retry` uses a node's id again."""
    number = 0
    for node in sorted(tried, key=_order):
        pods = run.pods.get(node.id) or (run.pods.get(node.boundaryID) if node.type == "Container" else None)
        for pod in pods or ():
            number += 1
            yield _of_pod(run, node, attempt_of(number, pod, cell), last=pod is (pods or [])[-1])
        if not pods and node.type not in WITHOUT_POD and node.startedAt is not None:
            number += 1
            yield _of_node(run, node, number)


def _of_pod(run: Graph, node: WorkflowNode, attempt: Attempt, *, last: bool) -> Attempt:
    """Add what only Argo knows: its words, and how a pod ended whose end was not seen."""
    if not last:
        return attempt
    phase = run.phase(node)
    if attempt.phase == "Cancelled" and phase in ("Succeeded", "Failed"):
        attempt = msgspec.structs.replace(
            attempt, phase=phase, ended=node.finishedAt or attempt.ended, exit_code=_exit_code(node)
        )
    return msgspec.structs.replace(attempt, message=attempt.message or node.message or "")


def _of_node(run: Graph, node: WorkflowNode, number: int) -> Attempt:
    """An attempt whose pod was never seen, or that needs none."""
    return Attempt(
        number=number,
        node=node.hostNodeName,
        phase=run.phase(node),
        created=node.startedAt,
        ended=node.finishedAt,
        exit_code=_exit_code(node),
        message=node.message or "",
    )


def _exit_code(node: WorkflowNode) -> int | None:
    code = node.outputs.exitCode if node.outputs is not None else None
    return int(code) if code is not None and code.lstrip("-").isdigit() else None


# --- edges ----------------------------------------------------------------------------------------------


def edges(run: Graph) -> dict[str, tuple[str, ...]]:
    """Which steps each step waits for: the graph's edges, with the grouping nodes between them taken out."""
    parents: dict[str, list[str]] = defaultdict(list)
    for node in run.nodes.values():
        for child in node.children or ():
            parents[child].append(node.id)
    found: dict[str, set[str]] = defaultdict(set)
    for node in run.nodes.values():
        if node.type not in GROUPS:
            found[run.path(node)].update(_before(run, parents, node))
    return defaultdict(tuple, {name: tuple(sorted(each - {name})) for name, each in found.items()})


def _before(run: Graph, parents: dict[str, list[str]], node: WorkflowNode) -> Iterator[str]:
    waiting, passed = list(parents[node.id]), {node.id}
    while waiting:
        current = waiting.pop()
        if current in passed or current not in run.nodes:
            continue
        passed.add(current)
        if run.nodes[current].type in GROUPS:
            waiting.extend(parents[current])
        else:
            yield run.path(run.nodes[current])


# --- what is still to come ------------------------------------------------------------------------------


def _planned(run: Graph, there: Iterable[str]) -> Iterator[Step]:
    """Tasks of the templates in use that have no node yet, or never got one."""
    known = {*there, *(run.path(node) for node in run.nodes.values() if node.name != run.root)}
    phase: Phase = "Skipped" if run.over else "Pending"
    for node in sorted(run.nodes.values(), key=_age):
        template = run.templates.get(node.templateName)
        if node.type not in ("DAG", "Steps") or template is None:
            continue
        prefix = "" if EXPANSION.sub("", node.name) == run.root else f"{run.path(node)}."
        for task, before in tasks(template):
            name = prefix + task
            if name not in known:
                known.add(name)
                after = tuple(each for each in (prefix + one for one in before) if each in known)
                yield Step(name=name, phase=phase, after=after)


def tasks(template: WorkflowTemplate) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The template's tasks in order, each with those it waits for."""
    for task in (template.dag.tasks or ()) if template.dag else ():
        yield task.name, _dependencies(task)
    before: tuple[str, ...] = ()
    for together in template.steps or ():
        for task in together:
            yield task.name, before
        before = tuple(task.name for task in together)


def _dependencies(task: WorkflowTask) -> tuple[str, ...]:
    """`dependencies` is a list; `depends` an expression: "(a.Succeeded || b) && c"."""
    words = [word.partition(".")[0] for word in TASK_IN_DEPENDS.findall(task.depends)]
    return tuple(dict.fromkeys((*(task.dependencies or ()), *words)))
