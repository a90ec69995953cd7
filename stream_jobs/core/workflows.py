"""Reading Argo Workflows, for their engine and for failures: the view, its nodes, what is planned.

Facts: https://github.com/argoproj/argo-workflows, pkg/apis/workflow/v1alpha1/workflow_types.go.
"""

from datetime import datetime

from schemas.kubernetes import Condition, Part, View


class NodeFlag(Part, frozen=True, omit_defaults=True):
    """Whether the node is a lifecycle hook, or one attempt of a Retry node."""

    hooked: bool = False
    retried: bool = False


class NodeOutputs(Part, frozen=True, omit_defaults=True):
    """What a node gave; the exit code is text."""

    exitCode: str | None = None


class Lock(Part, frozen=True, omit_defaults=True):
    """synchronizationStatus of a node: the semaphore or mutex it waits for."""

    waiting: str | None = None


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
    nodeFlag: NodeFlag | None = None
    synchronizationStatus: Lock | None = None


class WorkflowTask(Part, frozen=True, omit_defaults=True):
    """templates[].dag.tasks[] and templates[].steps[][]."""

    name: str = ""
    dependencies: tuple[str, ...] | None = None
    depends: str = ""


class WorkflowDag(Part, frozen=True, omit_defaults=True):
    """templates[].dag."""

    tasks: tuple[WorkflowTask, ...] | None = None


class WorkflowTemplate(Part, frozen=True, omit_defaults=True):
    """spec.templates[], as far as it names tasks."""

    name: str = ""
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


class Workflow(View, frozen=True, omit_defaults=True):
    """argoproj.io/v1alpha1 Workflow. `status` is null until its controller picks it up."""

    spec: WorkflowSpec = WorkflowSpec()
    status: WorkflowStatus | None = None
