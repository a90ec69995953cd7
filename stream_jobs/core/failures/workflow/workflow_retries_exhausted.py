"""workflow-retries-exhausted: a step was tried as often as it may be, and failed each time."""

from collections.abc import Iterator

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, seen
from stream_jobs.core.runs.tekton import CANCELLED, TaskRun
from stream_jobs.core.runs.workflows import Workflow, WorkflowNode, nodes_of
from stream_jobs.core.signs.messages import listed, one_line
from stream_jobs.core.signs.pipelines import FAILED, failed_try, gave_up, stopped

TASK_RUN = "TaskRun.tekton.dev"
SHOWN = 3


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if isinstance(known.view, Workflow):
        if not stopped(known):
            yield from _of_workflow(known)
    elif isinstance(known.view, TaskRun):
        yield from _of_task_run(known, known.view)
    elif (number := failed_try(known, cell)) > 1:
        labels = known.labels
        who = f"Task {labels['task_id']} of DAG {labels['dag_id']}"
        yield _finding(
            who, number, seen(known, gave_up(known), f"pod {known.name} is try {number}, and the last")
        )


def _of_workflow(known: Known) -> Iterator[Finding]:
    nodes = nodes_of(known.view)
    for node in nodes.values():
        if node.type != "Retry" or node.phase not in FAILED or _inside_retry(node, nodes):
            continue
        tries = [nodes[each] for each in node.children or () if each in nodes]
        failed = [each for each in tries if each.phase in FAILED]
        causes = list(dict.fromkeys(one_line(each.message or "", 120) for each in failed if each.message))
        message = one_line(node.message or "")
        who = f"Step {node.shown} of Workflow {known.name}"
        says = f"{message or node.phase}; tries: {listed(causes[:SHOWN])}"
        yield _finding(who, len(failed), seen(known, node.finishedAt, says), node.id)


def _inside_retry(node: WorkflowNode, nodes: dict[str, WorkflowNode]) -> bool:
    """Whether a retry around it may still make up for it, or did."""
    outer = [each for each in nodes.values() if each.type == "Retry" and each.id != node.id]
    return any(node.id in (each.children or ()) and each.phase not in FAILED for each in outer)


def _of_task_run(known: Known, view: TaskRun) -> Iterator[Finding]:
    found = condition(known, "Succeeded")
    tries = len((view.status.retriesStatus if view.status is not None else None) or ())
    if found is None or found.status != "False" or not tries or found.reason in CANCELLED:
        return
    says = one_line(f"{found.reason or ''}: {found.message or ''}; {tries} tries before")
    yield _finding(f"TaskRun {known.name}", tries + 1, seen(known, found.lastTransitionTime, says))


def _finding(who: str, count: int, told: Evidence, occurrence: str = "") -> Finding:
    times = f"{count} times" if count != 1 else "once"
    return Finding(
        says=f"{who} was tried {times} and failed each time: no try is left",
        since=told.at,
        occurrence=occurrence,
        evidence=(told,),
    )


FAILURE = Failure(
    id="workflow-retries-exhausted",
    title="No more tries",
    says="The step may be tried several times. Every try failed, so the pipeline gave up on it.",
    sees="The step is Failed with the message No more retries left, with several failed tries below it.",
    confirm=(
        "argo -n NAMESPACE get NAME lists the tries as STEP(0), STEP(1), ...",
        "kubectl -n NAMESPACE get taskrun NAME -o jsonpath='{.status.retriesStatus}' (Tekton)",
    ),
    judges=("Workflow.argoproj.io", TASK_RUN, "Pod"),
    severity="high",
    role="symptom",
    playbook=(
        "Compare the causes of the tries: the same each time does not go away by trying again",
        "Different ones point at the platform: nodes, network, storage",
    ),
    leads_to=("workflow-failed",),
    find=find,
)
