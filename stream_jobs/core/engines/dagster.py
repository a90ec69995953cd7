"""Dagster: a run is one `dagster/run-id`: the Job of its run worker, and beside it a Job for each op.

The op's Jobs are siblings of the run's, not owned by it. By default the run worker ends well also where the
run failed, so an op that failed counts before it. What the ops wait for is not in Kubernetes. Source:
dagster-io/dagster, python_modules/libraries/dagster-k8s.
"""

import re

from schemas.contracts import ENDED, Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import first_start, pods_of, wait_of, widest
from stream_jobs.core.runs.job_runs import stands, task_step, worst

LABEL = "dagster/"
RUN, OP = LABEL + "run-id", LABEL + "op"
COMPONENT = "app.kubernetes.io/component"
# Very old versions name the run only in the Job's name; a resumed run has a number after it.
RUN_JOB = re.compile(r"^dagster-run-(?P<run>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-\d+)?$")


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim Jobs and pods by the run's id."""
    if known.key not in ("Job.batch", "Pod"):
        return None
    named = RUN_JOB.match(known.name) if known.key == "Job.batch" else None
    run = known.labels.get(RUN) or (named["run"] if named is not None else "")
    return Claim(key=run, namespace=known.namespace) if run else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the run's story: its worker, then its ops."""
    workers = [each for each in members if OP not in each.labels]
    told = stands(workers)
    steps = _steps(members, workers, cell)
    newest = told[-1] if told else None
    phase = _phase(newest.phase if newest is not None else None, steps)
    labels = {name: value for each in members for name, value in each.labels.items()}
    named = RUN_JOB.match(members[0].name)
    ends = [each.ended for each in steps if each.ended is not None]
    pods = pods_of(members)
    run = labels.get(RUN) or (named["run"] if named is not None else "")
    return Description(
        kind="DagsterRun",
        name=labels.get(LABEL + "job") or run,
        uid=newest.made.uid if newest is not None else "",
        run=run,
        definition=labels.get(LABEL + "job", ""),
        phase=phase,
        message=next((each.message for each in steps if each.phase == phase and each.message), ""),
        wait=wait_of(pods) if phase not in ENDED else "",
        created=members[0].created,
        started=first_start(pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        deleted=newest.made.deleted if newest is not None else None,
        attempt=max(sum(each.made.key == "Job.batch" for each in told), 1),
        steps=steps,
        requests=widest(pods),
    )


def _steps(members: list[Known], workers: list[Known], cell: Cell) -> tuple[Step, ...]:
    steps = [task_step("run", "run_worker", workers, cell)] if workers else []
    ops: dict[str, list[Known]] = {}
    for each in members:
        if OP in each.labels:
            ops.setdefault(each.labels[OP], []).append(each)
    for name, mine in ops.items():
        kind = mine[0].labels.get(COMPONENT, "step_worker")
        steps.append(task_step(name, kind, mine, cell))
    return tuple(steps)


def _phase(worker: Phase | None, steps: tuple[Step, ...]) -> Phase:
    """As the run worker stands, where no op says worse; while it runs an op may still be tried again."""
    ops = worst(each.phase for each in steps if each.kind != "run_worker")
    if worker is None:
        return ops
    if worker == "Succeeded" and ops in ("Failed", "Error"):
        return ops
    return worker


ENGINE = Engine(
    name="dagster",
    title="Dagster run",
    layer=ORCHESTRATOR,
    absorbs=("job",),
    nests=False,
    claim=claim,
    describe=describe,
)
