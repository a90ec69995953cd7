"""Reading Flyte: version 1's FlyteWorkflow with its numbered phases, version 2's TaskActions with conditions.

Facts: flyteorg/flyte, flytepropeller/pkg/apis/flyteworkflow/v1alpha1 (iface.go, workflow.go, node_status.go)
and executor/api/v1/taskaction_types.go.
"""

from datetime import datetime
from typing import Any

from schemas.contracts import Phase
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, is_true

WORKFLOW, ACTION = "FlyteWorkflow.flyte.lyft.com", "TaskAction.flyte.org"
SYSTEM = ("SYSTEM", 2)  # error.kind where the platform is at fault
WORKFLOW_PHASES: tuple[Phase, ...] = (
    "Pending",  # ready
    "Running",
    "Running",  # succeeding
    "Succeeded",
    "Running",  # failing
    "Failed",
    "Cancelled",  # aborted
    "Running",  # handling the failure node
)
NODE_PHASES: tuple[Phase, ...] = (
    "Pending",
    "Pending",  # queued
    "Running",
    "Running",  # failing
    "Running",  # succeeding
    "Succeeded",
    "Failed",
    "Skipped",
    "Running",  # failed, and to be tried again
    "Running",  # timing out
    "Failed",  # timed out
    "Running",  # dynamic
    "Succeeded",  # recovered from an earlier execution
)
BOUNDS = frozenset({"start-node", "end-node"})
# Reasons of a TaskAction's conditions.
FAILURES: dict[str, Phase] = {"Aborted": "Cancelled", "PluginNotFound": "Error", "InvalidSpec": "Error"}
PROGRESS: dict[str, Phase] = {"Queued": "Pending", "Initializing": "Pending", "Paused": "Suspended"}


class FlyteError(Part, frozen=True, omit_defaults=True):
    """error and errorState; `kind` is a word or its number."""

    code: str = ""
    message: str = ""
    kind: Any = None


class NodeStatus(Part, frozen=True, omit_defaults=True):
    """status.nodeStatus{}."""

    phase: int = 0
    message: str = ""
    startedAt: datetime | None = None
    stoppedAt: datetime | None = None
    cached: bool = False
    error: FlyteError | None = None


class FlyteNode(Part, frozen=True, omit_defaults=True):
    """spec.nodes{}."""

    name: str = ""
    kind: str = ""


class Edges(Part, frozen=True, omit_defaults=True):
    """spec.edges: the nodes before each node."""

    upstream: dict[str, tuple[str, ...]] | None = None


class WorkflowSpec(Part, frozen=True, omit_defaults=True):
    """The graph; absent where it lies in a store of its own (workflowClosureReference)."""

    id: str = ""
    nodes: dict[str, FlyteNode] | None = None
    edges: Edges | None = None
    connections: dict[str, tuple[str, ...]] | None = None  # older: the nodes after each node


class WorkflowStatus(Part, frozen=True, omit_defaults=True):
    """How it stands."""

    phase: int = 0
    message: str = ""
    startedAt: datetime | None = None
    stoppedAt: datetime | None = None
    nodeStatus: dict[str, NodeStatus] | None = None
    error: FlyteError | None = None


class FlyteWorkflow(View, frozen=True, omit_defaults=True):
    """flyte.lyft.com/v1alpha1 FlyteWorkflow."""

    spec: WorkflowSpec | None = None
    acceptedAt: datetime | None = None
    status: WorkflowStatus | None = None


class ActionSpec(Part, frozen=True, omit_defaults=True):
    """What a TaskAction is to do, and for whom."""

    project: str = ""
    domain: str = ""
    runName: str = ""
    actionName: str = ""
    parentActionName: str | None = None
    taskType: str = ""


class ActionStatus(Part, frozen=True, omit_defaults=True):
    """How it stands."""

    conditions: tuple[Condition, ...] | None = None
    attempts: int = 0
    errorState: FlyteError | None = None


class TaskAction(View, frozen=True, omit_defaults=True):
    """flyte.org/v1 TaskAction: one task of a run that has no object of its own."""

    spec: ActionSpec = ActionSpec()
    status: ActionStatus | None = None


def _of(phases: tuple[Phase, ...], number: int) -> Phase:
    return phases[number] if 0 <= number < len(phases) else "Pending"


def workflow_phase(known: Known) -> tuple[Phase, str]:
    """Return a FlyteWorkflow's phase in our words, and its own message."""
    view = known.view
    assert isinstance(view, FlyteWorkflow)
    status = view.status or WorkflowStatus()
    phase = _of(WORKFLOW_PHASES, status.phase)
    if phase == "Failed":
        return _blamed(status.error), _said(status.error) or status.message
    if phase in ("Pending", "Running") and not known.exists:
        return "Cancelled", "deleted before it ended"
    return phase, "" if phase == "Succeeded" else status.message


def node_phase(status: NodeStatus) -> tuple[Phase, str]:
    """Return a node's phase in our words, and its message."""
    phase = _of(NODE_PHASES, status.phase)
    if phase == "Failed":
        return _blamed(status.error), _said(status.error) or status.message
    return phase, "its result was in the cache" if status.cached else status.message


def _blamed(error: FlyteError | None) -> Phase:
    return "Error" if error is not None and error.kind in SYSTEM else "Failed"


def _said(error: FlyteError | None) -> str:
    return f"{error.code}: {error.message}".strip(": ") if error is not None else ""


def before(spec: WorkflowSpec) -> dict[str, tuple[str, ...]]:
    """The nodes that each node waits for."""
    if spec.edges is not None and spec.edges.upstream:
        return spec.edges.upstream
    found: dict[str, tuple[str, ...]] = {}
    for earlier, later in (spec.connections or {}).items():
        for each in later:
            found[each] = (*found.get(each, ()), earlier)
    return found


def action_phase(known: Known) -> tuple[Phase, str]:
    """Return a TaskAction's phase in our words, and its own message."""
    view = known.view
    assert isinstance(view, TaskAction)
    status = view.status or ActionStatus()
    failure = is_true(known, "Failed")
    if is_true(known, "Succeeded") is not None:
        return "Succeeded", ""
    if failure is not None:
        reason = failure.reason or ""
        told = FAILURES.get(reason) or _blamed(status.errorState)
        return told, _said(status.errorState) or f"{reason}: {failure.message or ''}".strip(": ")
    if not known.exists:
        return "Cancelled", "deleted before it ended"
    progress = condition(known, "Progressing")
    if progress is None:
        return "Pending", ""
    return PROGRESS.get(progress.reason or "", "Running"), progress.message or ""
