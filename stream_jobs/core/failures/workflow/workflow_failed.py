"""workflow-failed: a pipeline failed as a whole."""

from collections.abc import Iterator

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.runs.workflows import workflow_view
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.pipelines import (
    FAILED,
    failed_nodes,
    failed_since,
    failed_try,
    gave_up,
    stopped,
    told,
    told_kinds,
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key == "Pod":
        yield from _of_dag_run(known, cell)
    elif known.key in told_kinds():
        yield from told(known, cell, steps=False)
    else:
        yield from _of_workflow(known)


def _of_workflow(known: Known) -> Iterator[Finding]:
    status = workflow_view(known.view).status
    if status is None or status.phase not in FAILED or stopped(known):
        return
    since = failed_since(known)
    steps = failed_nodes(known)
    first = f": step {steps[0].shown} failed first" if steps else ""
    message = one_line(status.message or "", 200)
    yield Finding(
        says=f"Workflow {known.name} failed{first}" + (f" ({message})" if message else ""),
        since=since,
        evidence=(seen(known, since, f"phase {status.phase}: {message}".rstrip(": ")),),
    )


def _of_dag_run(known: Known, cell: Cell) -> Iterator[Finding]:
    """A run that is known by its pods alone has failed as long as a task's newest try has."""
    if not failed_try(known, cell):
        return
    labels = known.labels
    since = gave_up(known)
    yield Finding(
        says=f"DAG {labels['dag_id']} failed with its task {labels['task_id']}",
        since=since,
        subject=Ref(kind="DagRun", namespace=known.namespace, name=labels["dag_id"]),
        occurrence=labels["run_id"],
        evidence=(seen(known, since, f"the newest try of task {labels['task_id']} failed"),),
    )


FAILURE = Failure(
    id="workflow-failed",
    title="Pipeline failed",
    says="The pipeline failed because one of its steps did, or because it could not be started.",
    sees="The run is Failed or Error in its engine's list, and no further step starts.",
    confirm=(
        "kubectl -n NAMESPACE get workflow NAME -o jsonpath='{.status.phase} {.status.message}' (Argo)",
        "kubectl -n NAMESPACE get pipelinerun NAME shows SUCCEEDED False and a reason (Tekton)",
    ),
    judges=("Workflow.argoproj.io", "Pod", *told_kinds()),
    severity="high",
    role="symptom",
    playbook=("Go to the step that failed first, and from there to its pod",),
    find=find,
)
