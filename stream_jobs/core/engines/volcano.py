"""Volcano: a run is a Job of batch.volcano.sh, or a JobFlow with the Jobs that it makes one after another.

A step is a task (of a JobFlow, a flow). Volcano makes a pod of the same name again when it restarts one: an
attempt is a pod, by its uid. Until the queue has room for the whole gang there are no pods at all; the
PodGroup says why.
"""

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import JOB as LAYER
from stream_jobs.core.engine import Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, first_start, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import Role, fold, owner_name, owner_uid, role_step
from stream_jobs.core.runs.volcano import (
    CRON,
    FLOW,
    FLOW_GROUP,
    GROUP,
    INDEX,
    JOB,
    JOB_NAME,
    TASK,
    JobFlow,
    VolcanoJob,
    volcano_phase,
)

TEMPLATE = "volcano.sh/createdByJobTemplate"  # label: "<namespace>.<template>"


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim JobFlows, Jobs and what they own. A Job of a JobFlow is a step of it."""
    of_flow = known.uid if known.key == FLOW else owner_uid(known, "JobFlow", FLOW_GROUP)
    if of_flow:
        return Claim(key=of_flow, namespace=known.namespace)
    if known.key == JOB:
        return Claim(key=known.uid, namespace=known.namespace)
    uid = owner_uid(known, "Job", GROUP)
    if not uid or uid in cell.objects:
        return None  # the Job claims for both
    return Claim(key=uid, namespace=known.namespace)


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the run's story; where its object was not seen, what its pods tell."""
    pods = pods_of(members)
    flow = next((each for each in members if isinstance(each.view, JobFlow)), None)
    jobs = [each for each in members if isinstance(each.view, VolcanoJob)]
    head = flow or next(iter(jobs), None)
    if head is None:
        return _without_job(members, pods, cell)
    phase, message, ended = volcano_phase(head, pods)
    view = head.view
    assert isinstance(view, VolcanoJob | JobFlow)
    roles = _flows(head, view, jobs, pods) if isinstance(view, JobFlow) else _tasks(view, pods)
    cron = owner_name(head, "CronJob", GROUP)
    return Description(
        kind=head.kind,
        name=head.name,
        uid=head.uid,
        run=head.uid,
        definition=cron or view.metadata.generateName.rstrip("-") or head.name,
        trigger="schedule" if cron else "" if view.metadata.ownerReferences else "manual",
        phase=phase,
        message=message,
        wait=wait_of(pods) if phase in ("Pending", "Running") else "",
        created=head.created,
        started=first_start(pods),
        ended=ended,
        deleted=head.deleted,
        attempt=1 + view.status.retryCount,
        steps=tuple(role_step(each, cell, phase) for each in roles),
        requests=widest(pods),
    )


def _tasks(view: VolcanoJob, pods: list[Known]) -> list[Role]:
    """One role a task; pods of tasks that the spec no longer has come last."""
    after = {
        each.name: (each.dependsOn.name or ()) if each.dependsOn else () for each in view.spec.tasks or ()
    }
    names = dict.fromkeys((*after, *(_task(each) for each in pods)))
    return [
        Role(
            name or "main",
            "task",
            [each for each in pods if _task(each) == name],
            after=after.get(name, ()),
            place=_index,
        )
        for name in names
    ]


def _flows(flow: Known, view: JobFlow, jobs: list[Known], pods: list[Known]) -> list[Role]:
    """One role a flow, with the pods of its Job."""
    roles = []
    for each in view.spec.flows or ():
        template, name = f"{flow.namespace}.{each.name}", f"{flow.name}-{each.name}"
        mine = {job.name for job in jobs if job.labels.get(TEMPLATE) == template or job.name == name}
        own = [pod for pod in pods if pod.labels.get(JOB_NAME) in mine]
        after = (each.dependsOn.targets or ()) if each.dependsOn is not None else ()
        roles.append(Role(each.name, "flow", own, after=after, place=_in_job))
    return roles


def _in_job(known: Known) -> str:
    """Where a pod stands within the Job of a flow."""
    return f"{_task(known)}/{_index(known)}"


def _task(known: Known) -> str:
    return known.labels.get(TASK) or known.annotations.get(TASK, "")


def _index(known: Known) -> str:
    return known.labels.get(INDEX) or known.annotations.get(INDEX, "") or known.name


def _without_job(members: list[Known], pods: list[Known], cell: Cell) -> Description:
    """Its pods or its PodGroup were seen, it was not."""
    first = members[0]
    roles = _tasks(VolcanoJob(), pods)
    steps = tuple(role_step(each, cell, "Running") for each in roles)
    phase = fold(each.phase for each in steps)
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    name = first.labels.get(JOB_NAME) or owner_name(first, "Job", GROUP)
    uid = owner_uid(first, "Job", GROUP)
    return Description(
        kind="Job",
        name=name,
        uid=uid,
        run=uid,
        definition=name,
        phase=phase,
        message="the Job itself was not seen: this is what its pods tell",
        wait=wait_of(pods) if phase in ("Pending", "Running") else "",
        created=first.created,
        started=first_start(pods),
        ended=max(ends, default=None) if phase not in ("Pending", "Running") else None,
        steps=steps,
        requests=widest(pods),
    )


ENGINE = Engine(
    name="volcano",
    title="Volcano job",
    layer=LAYER,
    views={JOB: VolcanoJob, FLOW: JobFlow},
    starters=(CRON,),
    controllers=("volcano-controllers", "volcano-scheduler"),
    claim=claim,
    describe=describe,
)
