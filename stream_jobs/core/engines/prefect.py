"""Prefect: a run is a flow run, known by the labels that its worker gives to the Job that carries it.

Its tasks run inside of one process and are not seen. A retry by Prefect may use the same id in a new Job.
Whether the flow itself failed shows only in how the process ended. Source: PrefectHQ/prefect,
src/integrations/prefect-kubernetes/worker.py.
"""

from schemas.contracts import ENDED
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import first_start, pods_of, wait_of, widest
from stream_jobs.core.runs.job_runs import Stand, stands, task_step

LABEL = "prefect.io/"
RUN = LABEL + "flow-run-id"


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim Jobs and pods by the flow run's id."""
    run = known.labels.get(RUN, "")
    return Claim(key=run, namespace=known.namespace) if run and known.key in ("Job.batch", "Pod") else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the flow run's story: one step, with a try for each pod."""
    told = stands(members)
    newest = told[-1] if told else Stand("Pending", "", None, members[-1])
    labels = {name: value for each in members for name, value in each.labels.items()}
    name = labels.get(LABEL + "flow-run-name") or newest.made.name
    flow = labels.get(LABEL + "flow-name", "")
    pods = pods_of(members)
    jobs = [each for each in told if each.made.key == "Job.batch"]
    return Description(
        kind="FlowRun",
        name=name,
        uid=newest.made.uid,
        run=labels.get(RUN, ""),
        definition=labels.get(LABEL + "deployment-name") or flow or name,
        phase=newest.phase,
        message=newest.message,
        wait=wait_of(pods) if newest.phase not in ENDED else "",
        created=members[0].created,
        started=first_start(pods),
        ended=newest.ended if newest.phase in ENDED else None,
        deleted=newest.made.deleted,
        attempt=max(len(jobs), 1),
        steps=(task_step(flow or "flow", "flow", members, cell),),
        requests=widest(pods),
    )


ENGINE = Engine(
    name="prefect",
    title="Prefect flow run",
    layer=ORCHESTRATOR,
    absorbs=("job",),
    nests=False,
    claim=claim,
    describe=describe,
)
