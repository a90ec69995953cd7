"""Reading Argo Workflows, for their engine and for failures: the view, and the nodes however they are kept.

Facts: https://github.com/argoproj/argo-workflows, pkg/apis/workflow/v1alpha1/workflow_types.go.
"""

import base64
import binascii
import re
from datetime import datetime
from functools import lru_cache
from typing import Any

import cramjam
import msgspec

from schemas.kubernetes import Condition, Part, View

NODES_LIMIT = 32 * 1024 * 1024  # bytes that packed nodes may unpack to; an object is at most about 1.5 MiB
EXPANSION = re.compile(r"\([^()]*\)")  # "train(2:eu)(0)": a loop item, an attempt
KFP_EXECUTOR = "executor"
KFP_LEVELS = frozenset({KFP_EXECUTOR, "root", "iteration-item", "iteration-iterations"})
NODE_ID = "workflows.argoproj.io/node-id"  # on pods, since 3.3; before that the pod's name is the id
NODE_NAME = "workflows.argoproj.io/node-name"


class OutputParameter(Part, frozen=True, omit_defaults=True):
    """outputs.parameters[]; the value is text, or what a template made of it."""

    name: str = ""
    value: Any = None


class NodeOutputs(Part, frozen=True, omit_defaults=True):
    """What a node gave; the exit code is text."""

    exitCode: str | None = None
    parameters: tuple[OutputParameter, ...] | None = None


class WorkflowNode(Part, frozen=True, omit_defaults=True):
    """status.nodes{}: one place of the graph. Pod, HTTP, Plugin, Suspend and Skipped are work, others group.

    `name` is the path: "run", "run.task", "run[0].step", "run.task(2:item)", "run.task(0)" for an attempt.
    """

    id: str = ""
    name: str = ""
    displayName: str = ""
    type: str = ""
    templateName: str = ""
    phase: str | None = None  # Pending, Running, Succeeded, Skipped, Omitted, Failed, Error
    message: str | None = None
    boundaryID: str = ""
    startedAt: datetime | None = None
    finishedAt: datetime | None = None
    children: tuple[str, ...] | None = None
    hostNodeName: str = ""
    outputs: NodeOutputs | None = None

    @property
    def shown(self) -> str:
        """Its name for people. Kubeflow Pipelines calls all work "executor": the task is a level above."""
        told = self.displayName or self.name
        if EXPANSION.sub("", told) != KFP_EXECUTOR:
            return told
        path = [each for each in EXPANSION.sub("", self.name).split(".") if each not in KFP_LEVELS]
        return path[-1] if path else told


class WorkflowTask(Part, frozen=True, omit_defaults=True):
    """templates[].dag.tasks[] and templates[].steps[][]."""

    name: str = ""
    dependencies: tuple[str, ...] | None = None
    depends: str = ""


class WorkflowDag(Part, frozen=True, omit_defaults=True):
    """templates[].dag."""

    tasks: tuple[WorkflowTask, ...] | None = None


class SuspendTemplate(Part, frozen=True, omit_defaults=True):
    """templates[].suspend; with a duration it goes on by itself."""

    duration: str | int | None = None


class WorkflowTemplate(Part, frozen=True, omit_defaults=True):
    """spec.templates[], as far as it names tasks."""

    name: str = ""
    suspend: SuspendTemplate | None = None
    dag: WorkflowDag | None = None
    steps: tuple[tuple[WorkflowTask, ...], ...] | None = None


class TemplateReference(Part, frozen=True, omit_defaults=True):
    """spec.workflowTemplateRef."""

    name: str = ""


class WorkflowSpec(Part, frozen=True, omit_defaults=True):
    """What a Workflow is to do."""

    entrypoint: str = ""
    suspend: bool | None = None
    shutdown: str | None = None  # Stop or Terminate: somebody ended it
    activeDeadlineSeconds: int | None = None
    workflowTemplateRef: TemplateReference | None = None
    templates: tuple[WorkflowTemplate, ...] | None = None


class LockWait(Part, frozen=True, omit_defaults=True):
    """synchronization.semaphore.waiting[] and synchronization.mutex.waiting[]: a lock, and who holds it."""

    semaphore: str = ""
    mutex: str = ""
    holders: tuple[str, ...] | None = None
    holder: str = ""


class LockStatus(Part, frozen=True, omit_defaults=True):
    """synchronization.semaphore and synchronization.mutex."""

    waiting: tuple[LockWait, ...] | None = None


class Synchronization(Part, frozen=True, omit_defaults=True):
    """status.synchronization."""

    semaphore: LockStatus | None = None
    mutex: LockStatus | None = None


class WorkflowStatus(Part, frozen=True, omit_defaults=True):
    """What became of it."""

    phase: str | None = None  # Pending, Running, Succeeded, Failed, Error; absent after `argo retry`
    message: str | None = None
    startedAt: datetime | None = None
    finishedAt: datetime | None = None
    conditions: tuple[Condition, ...] | None = None
    nodes: dict[str, WorkflowNode] | None = None
    compressedNodes: str | None = None  # base64 of the compressed nodes, where they are large
    offloadNodeStatusVersion: str | None = None  # set: the nodes are in a database
    storedWorkflowTemplateSpec: WorkflowSpec | None = None
    synchronization: Synchronization | None = None


class Workflow(View, frozen=True, omit_defaults=True):
    """argoproj.io/v1alpha1 Workflow. `status` is null until its controller picks it up."""

    spec: WorkflowSpec = WorkflowSpec()
    status: WorkflowStatus | None = None


def workflow_view(view: View) -> Workflow:
    """The view as a Workflow; raises TypeError for any other kind."""
    if not isinstance(view, Workflow):
        raise TypeError(f"expected a Workflow, got {type(view).__name__} {view.metadata.name}")
    return view


def nodes_of(view: View) -> dict[str, WorkflowNode]:
    """The Workflow's nodes by id, unpacked where they are packed; {} where it shows none."""
    status = workflow_view(view).status
    if status is None:
        return {}
    return status.nodes or (unpack(status.compressedNodes)[0] if status.compressedNodes else {})


def hidden_nodes(view: View) -> str:
    """Why the Workflow shows no nodes though it has some; "" where it hides none."""
    status = workflow_view(view).status
    if status is None or status.nodes:
        return ""
    if status.compressedNodes:
        return unpack(status.compressedNodes)[1]
    if status.offloadNodeStatusVersion:
        return "Argo keeps its nodes in a database, so its steps are told from pods alone"
    return ""


@lru_cache(maxsize=8)
def unpack(packed: str) -> tuple[dict[str, WorkflowNode], str]:
    """Unpack status.compressedNodes; return the nodes, and why they cannot be read.

    gzip until 4.1; since then zstd and brotli are possible, and only the first bytes tell which.
    """
    try:
        data = base64.b64decode(packed, validate=True)
        plain = bytearray(NODES_LIMIT)
        if data.startswith(b"\x1f\x8b"):
            length = cramjam.gzip.decompress_into(data, plain)
        elif data.startswith(b"\x28\xb5\x2f\xfd"):
            length = cramjam.zstd.decompress_into(data, plain)
        else:
            length = cramjam.brotli.decompress_into(data, plain)
        return msgspec.json.decode(memoryview(plain)[:length], type=dict[str, WorkflowNode]), ""
    except (binascii.Error, cramjam.DecompressionError, msgspec.DecodeError) as error:
        return {}, f"its packed nodes cannot be read ({error}), so its steps are told from pods alone"
