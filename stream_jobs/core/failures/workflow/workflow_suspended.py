"""workflow-suspended: a pipeline waits until a person lets it go on."""

from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.workflows import Workflow, WorkflowNode, WorkflowStatus, nodes_of, workflow_view
from stream_jobs.core.signs.messages import shell_word

Span = tuple[datetime, datetime | None]
ENDED = frozenset({"Succeeded", "Failed", "Error"})
PENDING = "PipelineRunPending"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if not isinstance(known.view, Workflow):
        yield from _of_pipeline_run(known)
        return
    status = known.view.status or WorkflowStatus()
    over = (status.finishedAt or known.seen) if status.phase in ENDED else known.deleted
    if known.view.spec.suspend:
        since = _edited(known) or known.created or known.first_seen
        yield _finding(known, f"Workflow {known.name}", (since, over), "spec.suspend: true")
    for node in nodes_of(known.view).values():
        if node.type == "Suspend" and node.startedAt is not None and not _timed(known.view, node):
            until = (node.finishedAt or known.seen) if node.phase != "Running" else over
            name = node.shown
            who = f"Step {name} of Workflow {known.name}"
            told = f"node {name} of type Suspend is {node.phase}"
            yield _finding(known, who, (node.startedAt, until), told, node.id)


def _timed(view: Workflow, node: WorkflowNode) -> bool:
    """Whether the step only waits for a set time."""
    stored = workflow_view(view).status
    specs = (view.spec, stored.storedWorkflowTemplateSpec if stored is not None else None)
    return any(
        each.name == node.templateName and each.suspend is not None and each.suspend.duration
        for spec in specs
        if spec is not None
        for each in spec.templates or ()
    )


def _edited(known: Known) -> datetime | None:
    return next((each.before for each in reversed(known.edits) if each.path == "spec.suspend"), None)


def _of_pipeline_run(known: Known) -> Iterator[Finding]:
    if known.fields.get("spec.status", "").strip('"') == PENDING:
        since = known.created or known.first_seen
        yield _finding(known, f"{known.kind} {known.name}", (since, known.deleted), f"spec.status: {PENDING}")


def _finding(known: Known, who: str, span: Span, says: str, occurrence: str = "") -> Finding:
    since, until = span
    verb = f"waits since {say_time(since)} for somebody to let it go on"
    if until is not None:
        until = max(until, since)
        verb = f"waited from {say_time(since)} to {say_time(until)} for somebody to let it go on"
    go_on = f"argo -n {shell_word(known.namespace)} resume {shell_word(known.name)}"
    return Finding(
        says=f"{who} {verb}",
        since=since,
        until=until,
        occurrence=occurrence,
        evidence=(seen(known, since, says),),
        playbook=(go_on,) if isinstance(known.view, Workflow) else (),
    )


FAILURE = Failure(
    id="workflow-suspended",
    title="Waits for a person",
    says="The pipeline stands at a place where a person has to approve, or was suspended as a whole. It "
    "waits as long as nobody lets it go on.",
    sees="The run is Running, no pod of it runs, and a step of type Suspend is open.",
    confirm=(
        "kubectl -n NAMESPACE get workflow NAME -o jsonpath='{.spec.suspend}'",
        "argo -n NAMESPACE get NAME shows the open step",
    ),
    judges=("Workflow.argoproj.io", "PipelineRun.tekton.dev"),
    severity="info",  # nothing is wrong, but it explains why nothing moves
    role="cause",
    on_purpose=True,
    playbook=(
        "Approve it (argo resume), or stop it",
        "Give the suspend step a duration, where it should go on by itself",
    ),
    leads_to=("workflow-no-progress",),
    find=find,
)
