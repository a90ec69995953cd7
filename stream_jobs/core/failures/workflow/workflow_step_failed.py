"""workflow-step-failed: one step of a pipeline failed, and no further try made up for it."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.runs.workflows import WorkflowNode
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.pipelines import (
    failed_nodes,
    failed_try,
    gave_up,
    pod_of,
    pod_was_deleted,
    stopped,
    told,
    told_kinds,
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key == "Pod":
        yield from _of_task(known, cell)
    elif known.key in told_kinds():
        yield from told(known, cell, steps=True)
    elif not stopped(known):
        for node in failed_nodes(known):
            if not pod_was_deleted(node):
                yield _of_node(known, cell, node)


def _of_node(known: Known, cell: Cell, node: WorkflowNode) -> Finding:
    pod = pod_of(cell, known, node)
    message = one_line(node.message or "", 200)
    step = node.shown
    return Finding(
        says=f"Step {step} of Workflow {known.name} failed" + (f": {message}" if message else ""),
        since=node.finishedAt,
        occurrence=node.id,
        evidence=(seen(known, node.finishedAt, f"node {node.id} is {node.phase}: {message}".rstrip(": ")),),
        about=(pod.uid,) if pod is not None else (),
    )


def _of_task(known: Known, cell: Cell) -> Iterator[Finding]:
    """A task that is known by its pods alone: its newest try decides."""
    number = failed_try(known, cell)
    if number:
        since = gave_up(known)
        yield Finding(
            says=f"Task {known.labels['task_id']} of DAG {known.labels['dag_id']} failed in try {number}",
            since=since,
            evidence=(seen(known, since, f"pod {known.name} is try {number} and the newest of the task"),),
        )


FAILURE = Failure(
    id="workflow-step-failed",
    title="Step failed",
    says="One step of the pipeline failed.",
    sees="One step is Failed or Error; Argo's message names container, reason and exit code.",
    confirm=(
        "argo -n NAMESPACE get NAME shows the step and its pod (Argo)",
        "kubectl -n NAMESPACE get taskruns -l tekton.dev/pipelineRun=NAME shows the task (Tekton)",
    ),
    judges=("Workflow.argoproj.io", "Pod", *told_kinds()),
    severity="high",
    role="symptom",
    playbook=(
        "Look at the step's pod: container, reason and exit code say which failure it is",
        "Argo's default retryPolicy OnFailure tries Failed steps again, but not Error ones (a deleted pod, "
        "artifacts)",
    ),
    leads_to=("workflow-failed", "workflow-retries-exhausted"),
    find=find,
)
