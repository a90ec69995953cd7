"""JobSet: groups of Jobs that start, fail and are started again together.

Source: kubernetes-sigs/jobset, api/jobset/v1alpha2/jobset_types.go.
"""

from datetime import datetime

from schemas.contracts import ENDED, Attempt, Phase, Step
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import JOB, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import (
    attempt_of,
    ended_at,
    first_start,
    is_true,
    pods_of,
    started_at,
    wait_of,
    widest,
)
from stream_jobs.core.runs.jobs import INDEX

GROUP = "jobset.x-k8s.io"
KEY = f"JobSet.{GROUP}"
LABEL = "jobset.sigs.k8s.io/"
OUTCOMES: dict[str, Phase] = {"Completed": "Succeeded", "Failed": "Failed"}  # conditions that are final


class Dependency(Part, frozen=True, omit_defaults=True):
    """spec.replicatedJobs[].dependsOn[]."""

    name: str = ""


class ReplicatedJob(Part, frozen=True, omit_defaults=True):
    """spec.replicatedJobs[]."""

    name: str
    replicas: int = 1
    dependsOn: tuple[Dependency, ...] | None = None


class StartupPolicy(Part, frozen=True, omit_defaults=True):
    """spec.startupPolicy."""

    startupPolicyOrder: str = ""  # InOrder, AnyOrder


class JobSetSpec(Part, frozen=True, omit_defaults=True):
    """What a JobSet is to do."""

    replicatedJobs: tuple[ReplicatedJob, ...] | None = None
    startupPolicy: StartupPolicy | None = None


class ReplicatedJobStatus(Part, frozen=True, omit_defaults=True):
    """status.replicatedJobsStatus[]: how many of the Jobs stand so."""

    name: str
    succeeded: int = 0
    failed: int = 0
    suspended: int = 0


class JobSetStatus(Part, frozen=True, omit_defaults=True):
    """What became of it."""

    conditions: tuple[Condition, ...] | None = None
    restarts: int = 0
    replicatedJobsStatus: tuple[ReplicatedJobStatus, ...] | None = None


class JobSet(View, frozen=True, omit_defaults=True):
    """jobset.x-k8s.io/v1alpha2 JobSet."""

    spec: JobSetSpec = JobSetSpec()
    status: JobSetStatus | None = None


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim JobSets, and what carries their uid: by label since v0.9, else by owner."""
    uid = known.uid if known.key == KEY else known.labels.get(LABEL + "jobset-uid", "")
    for owner in known.view.metadata.ownerReferences or ():
        if owner.kind == "JobSet" and owner.group == GROUP:
            uid = uid or owner.uid
    return Claim(key=uid, namespace=known.namespace) if uid else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the JobSet's story; where it was not seen, what its pods tell."""
    pods = pods_of(members)
    head = next((each for each in members if isinstance(each.view, JobSet)), None)
    if head is None:
        return _without_jobset(members, pods, cell)
    assert isinstance(head.view, JobSet)
    phase, message, ended = jobset_phase(head, pods)
    status = head.view.status or JobSetStatus()
    return Description(
        kind="JobSet",
        name=head.name,
        uid=head.uid,
        run=head.uid,
        definition=head.view.metadata.generateName.rstrip("-") or head.name,
        trigger="" if head.view.metadata.ownerReferences else "manual",
        phase=phase,
        message=message,
        wait=_wait(phase, pods),
        created=head.created,
        started=first_start(pods),
        ended=ended,
        deleted=head.deleted,
        attempt=status.restarts + 1,
        steps=_steps(head.view, phase, pods, cell),
        requests=widest(pods),
    )


def jobset_phase(known: Known, pods: list[Known]) -> tuple[Phase, str, datetime | None]:
    """Return phase, the JobSet's own message, and when it ended. Only Completed and Failed are final."""
    for kind, outcome in OUTCOMES.items():
        found = is_true(known, kind)
        if found is not None:
            said = (
                "" if outcome == "Succeeded" else f"{found.reason or ''}: {found.message or ''}".strip(": ")
            )
            return outcome, said, found.lastTransitionTime
    if not known.exists:
        return "Cancelled", "deleted before it ended", known.deleted
    suspended = is_true(known, "Suspended")
    if suspended is not None:
        return "Suspended", suspended.message or "", None
    restarting = is_true(known, "RestartingJobSet")
    return ("Running" if first_start(pods) else "Pending"), (restarting and restarting.message) or "", None


def _wait(phase: Phase, pods: list[Known]) -> str:
    if phase == "Suspended":
        return "it is suspended, and goes on when somebody resumes it"
    return wait_of(pods) if phase in ("Pending", "Running") else ""


# --- steps ----------------------------------------------------------------------------------------------


def _steps(view: JobSet, phase: Phase, pods: list[Known], cell: Cell) -> tuple[Step, ...]:
    """One step a replicated job, in the order of the spec."""
    order = view.spec.startupPolicy.startupPolicyOrder if view.spec.startupPolicy is not None else ""
    statuses = view.status.replicatedJobsStatus if view.status is not None else None
    stand = {each.name: each for each in statuses or ()}
    steps: list[Step] = []
    for each in view.spec.replicatedJobs or ():
        after = [needed.name for needed in each.dependsOn or ()]
        if order == "InOrder" and steps:
            after.append(steps[-1].name)
        mine = [pod for pod in pods if pod.labels.get(LABEL + "replicatedjob-name") == each.name]
        status = stand.get(each.name, ReplicatedJobStatus(each.name))
        step_phase = _step_phase(each, status, phase, mine)
        steps.append(_step(each.name, step_phase, mine, cell, tuple(dict.fromkeys(after))))
    return tuple(steps)


def _step_phase(job: ReplicatedJob, status: ReplicatedJobStatus, whole: Phase, pods: list[Known]) -> Phase:
    if status.failed:
        return "Failed"
    if job.replicas and status.succeeded >= job.replicas:
        return "Succeeded"
    if whole in ENDED:  # the others' end took it along
        return "Cancelled" if pods else "Skipped"
    if status.suspended:
        return "Suspended"
    return "Running" if any(each.exists and started_at(each) is not None for each in pods) else "Pending"


def _step(name: str, phase: Phase, pods: list[Known], cell: Cell, after: tuple[str, ...] = ()) -> Step:
    attempts = _attempts(pods, cell)
    ends = [each.ended for each in attempts if each.ended is not None]
    return Step(
        name=name,
        kind="replicatedJob",
        phase=phase,
        started=first_start(pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        after=after,
        attempts=attempts,
    )


def _attempts(pods: list[Known], cell: Cell) -> tuple[Attempt, ...]:
    """Pods by try: counted within their place, and never less than the restarts that their label tells."""
    numbers: dict[tuple[str, str], int] = {}
    found = []
    for pod in pods:
        place = (pod.labels.get(LABEL + "job-index", ""), pod.labels.get(INDEX, ""))
        restarts = pod.labels.get(LABEL + "restart-attempt", "")
        numbers[place] = max(numbers.get(place, 0), int(restarts) if restarts.isdigit() else 0) + 1
        found.append((numbers[place], place, pod))
    found.sort(key=lambda each: each[:2])
    return tuple(attempt_of(number, pod, cell) for number, _, pod in found)


def _without_jobset(members: list[Known], pods: list[Known], cell: Cell) -> Description:
    """Its Jobs and pods were seen, it was not: their labels name it."""
    labels = members[0].labels
    names = dict.fromkeys(each.labels.get(LABEL + "replicatedjob-name", "") for each in pods)
    steps = []
    for name in names:
        mine = [each for each in pods if each.labels.get(LABEL + "replicatedjob-name", "") == name]
        steps.append(_step(name or "main", _attempts(mine, cell)[-1].phase, mine, cell))
    phases = {each.phase for each in steps}
    order: tuple[Phase, ...] = ("Running", "Failed", "Pending", "Cancelled", "Succeeded")
    phase: Phase = next((each for each in order if each in phases), "Pending")
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    return Description(
        kind="JobSet",
        name=labels.get(LABEL + "jobset-name") or members[0].name,
        uid=labels.get(LABEL + "jobset-uid", ""),
        run=labels.get(LABEL + "jobset-uid", ""),
        phase=phase,
        message="the JobSet itself was not seen: this is what its pods tell",
        wait=_wait(phase, pods),
        created=members[0].created,
        started=first_start(pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        steps=tuple(steps),
        requests=widest(pods),
    )


ENGINE = Engine(
    name="jobset",
    title="JobSet",
    layer=JOB,
    views={KEY: JobSet},
    absorbs=("job",),
    controllers=("jobset-controller-manager",),
    claim=claim,
    describe=describe,
)
