"""Metaflow: a run is (flow, run id), told by annotations; on Jobs and JobSets, or as an Argo Workflow.

On Jobs nothing says which steps are still to come, and how often one may be tried: as with Airflow the run
has failed as soon as the newest try of a task has. Source: Netflix/metaflow, metaflow/plugins/kubernetes,
metaflow/plugins/argo/argo_workflows.py.
"""

import msgspec

from schemas.contracts import ENDED
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import first_start, pods_of, wait_of, widest
from stream_jobs.core.runs.argo import KEY, describe_workflow
from stream_jobs.core.runs.job_runs import task_step, worst

MARK = "metaflow/"  # annotations, not labels
PART_OF, NAME = "app.kubernetes.io/part-of", "app.kubernetes.io/name"
NAMES = ("metaflow-task", "metaflow-run")
SERVICE_USER = "argo-workflows"  # stands where nobody started the run himself


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim Jobs, JobSets, pods and Workflows that name the flow and the run."""
    marks = known.annotations
    ours = known.labels.get(PART_OF) == "metaflow" or known.labels.get(NAME) in NAMES
    run = marks.get(MARK + "run_id", "")
    if not run and known.key == KEY and ours:
        run = f"argo-{known.name}"
    if not ours or not run or "{{" in run:  # a template holds the run's id as an expression
        return None
    return Claim(key=f"{marks.get(MARK + 'flow_name', '')}/{run}", namespace=known.namespace)


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the run's story: as its Workflow has it, else by its tasks."""
    head = next((each for each in members if each.key == KEY), None)
    if head is None:
        return _of_tasks(members, cell)
    told = describe_workflow(head, members, cell)
    return msgspec.structs.replace(
        told,
        run=head.annotations.get(MARK + "run_id") or f"argo-{head.name}",
        definition=_mark([head, *members], "flow_name") or told.definition,
        user=_user(members) or told.user,
    )


def _of_tasks(members: list[Known], cell: Cell) -> Description:
    steps: dict[str, list[Known]] = {}
    for each in members:
        if step := each.annotations.get(MARK + "step_name", ""):
            steps.setdefault(step, []).append(each)
    told = tuple(task_step(name, "step", mine, cell, place=_task) for name, mine in steps.items())
    phase = worst(each.phase for each in told)
    pods = pods_of(members)
    ends = [each.ended for each in told if each.ended is not None]
    flow, run = _mark(members, "flow_name"), _mark(members, "run_id")
    return Description(
        kind="Run",
        name=flow or run,
        run=run,
        definition=flow,
        user=_user(members),
        phase=phase,
        message=next((each.message for each in told if each.phase == phase and each.message), ""),
        wait=wait_of(pods) if phase not in ENDED else "",
        created=members[0].created,
        started=first_start(pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        steps=told,
        requests=widest(pods),
    )


def _task(known: Known) -> str:
    """Tries of one task have its id; the parallel ones of a step one each."""
    return known.annotations.get(MARK + "task_id", "")


def _mark(members: list[Known], name: str) -> str:
    return next((value for each in members if (value := each.annotations.get(MARK + name))), "")


def _user(members: list[Known]) -> str:
    user = _mark(members, "user")
    return _mark(members, "owner") if user in ("", SERVICE_USER) else user


ENGINE = Engine(
    name="metaflow",
    title="Metaflow run",
    layer=ORCHESTRATOR,
    absorbs=("argo", "job", "jobset"),
    nests=False,
    claim=claim,
    describe=describe,
)
