"""Kubeflow Trainer: a run is a TrainJob; its JobSet, of the same name, and the Jobs in it are its steps.

A TrainJob has no condition that says it runs. Its JobSet may be gone, by a time to live or a deadline, while
it stays. Source: kubeflow/trainer, pkg/apis/trainer/v1alpha1/trainjob_types.go.
"""

from datetime import datetime

from schemas.contracts import ENDED, Phase, Step
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import JOB, Claim, Description, Engine
from stream_jobs.core.engines import jobset
from stream_jobs.core.known import Known
from stream_jobs.core.pods import first_start, is_true, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import held, owner_uid

GROUP = "trainer.kubeflow.org"
KEY = f"TrainJob.{GROUP}"
BROKEN = ("TrainingRuntimeNotSupported",)  # reasons that are no fault of the program


class RuntimeRef(Part, frozen=True, omit_defaults=True):
    """spec.runtimeRef: the template that the run is made from."""

    kind: str = ""
    name: str = ""


class TrainJobSpec(Part, frozen=True, omit_defaults=True):
    """What a TrainJob is to do."""

    runtimeRef: RuntimeRef = RuntimeRef()
    managedBy: str | None = None


class JobsStatus(Part, frozen=True, omit_defaults=True):
    """status.jobsStatus[]: how many Jobs of one step stand so."""

    name: str = ""
    succeeded: int = 0
    failed: int = 0
    active: int = 0
    suspended: int = 0


class TrainJobStatus(Part, frozen=True, omit_defaults=True):
    """What became of it: conditions Suspended, Complete and Failed only."""

    conditions: tuple[Condition, ...] | None = None
    jobsStatus: tuple[JobsStatus, ...] | None = None


class TrainJob(View, frozen=True, omit_defaults=True):
    """trainer.kubeflow.org/v1alpha1 TrainJob."""

    spec: TrainJobSpec = TrainJobSpec()
    status: TrainJobStatus | None = None


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim TrainJobs and what they own; their pods come by way of Job and JobSet."""
    uid = known.uid if known.key == KEY else owner_uid(known, "TrainJob", GROUP)
    return Claim(key=uid, namespace=known.namespace) if uid else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the TrainJob's story, with the steps of its JobSet; where it was not seen, the JobSet's."""
    pods = pods_of(members)
    head = next((each for each in members if isinstance(each.view, TrainJob)), None)
    inner = _inner(members, cell)
    if head is None:
        return _without_trainjob(members, inner)
    assert isinstance(head.view, TrainJob)
    status = head.view.status or TrainJobStatus()
    phase, message, ended = trainjob_phase(head, status, pods)
    steps = inner.steps if inner is not None else ()
    return Description(
        kind="TrainJob",
        name=head.name,
        uid=head.uid,
        run=head.uid,
        definition=head.view.metadata.generateName.rstrip("-") or head.name,
        trigger="" if head.view.metadata.ownerReferences else "manual",
        phase=phase,
        message=message,
        wait=_wait(head, phase, pods),
        created=head.created,
        started=first_start(pods),
        ended=ended,
        deleted=head.deleted,
        attempt=inner.attempt if inner is not None else 1,
        steps=steps or tuple(_told_step(each, phase) for each in status.jobsStatus or ()),
        requests=widest(pods),
    )


def trainjob_phase(
    known: Known, status: TrainJobStatus, pods: list[Known]
) -> tuple[Phase, str, datetime | None]:
    """Return phase, the TrainJob's own message, and when it ended. It runs when its Jobs do."""
    complete = is_true(known, "Complete")
    if complete is not None:
        return "Succeeded", "", complete.lastTransitionTime
    failed = is_true(known, "Failed")
    if failed is not None:
        message = f"{failed.reason or ''}: {failed.message or ''}".strip(": ")
        return ("Error" if failed.reason in BROKEN else "Failed"), message, failed.lastTransitionTime
    if not known.exists:
        return "Cancelled", "deleted before it ended", known.deleted
    suspended = is_true(known, "Suspended")
    if suspended is not None:
        return "Suspended", suspended.message or "", None
    active = any(each.active for each in status.jobsStatus or ())
    runs = first_start(pods) is not None if pods else active
    return ("Running" if runs else "Pending"), "", None


def _wait(known: Known, phase: Phase, pods: list[Known]) -> str:
    assert isinstance(known.view, TrainJob)
    if phase == "Suspended":
        return held(known)
    if phase not in ("Pending", "Running"):
        return ""
    manager = known.view.spec.managedBy or ""
    if manager and GROUP not in manager:
        return f"{manager} runs it, in another cluster"
    return wait_of(pods)


def _inner(members: list[Known], cell: Cell) -> Description | None:
    """What the JobSet of the run tells; of several, one made anew, the newest."""
    sets = [each for each in members if each.key == jobset.KEY]
    if not sets:
        return None
    rest = [each for each in members if each.key != jobset.KEY]
    return jobset.describe([sets[-1], *rest], cell)


def _told_step(told: JobsStatus, whole: Phase) -> Step:
    """A step of which nothing was seen but its counts."""
    phase: Phase = "Failed" if told.failed else "Suspended" if told.suspended else "Pending"
    if told.active:
        phase = "Running"
    elif told.succeeded and not told.failed:
        phase = "Succeeded"
    elif whole in ENDED and phase != "Failed":
        phase = "Skipped"
    return Step(name=told.name, kind="replicatedJob", phase=phase)


def _without_trainjob(members: list[Known], inner: Description | None) -> Description:
    """Its JobSet was seen, it was not: they have one name."""
    owner = next(
        each
        for known in members
        for each in known.view.metadata.ownerReferences or ()
        if (each.kind, each.group) == ("TrainJob", GROUP)
    )
    phase: Phase = inner.phase if inner is not None else "Pending"
    return Description(
        kind="TrainJob",
        name=owner.name,
        uid=owner.uid,
        run=owner.uid,
        definition=owner.name,
        phase=phase,
        message="the TrainJob itself was not seen: this is what its JobSet tells",
        wait=inner.wait if inner is not None else "",
        created=members[0].created,
        started=inner.started if inner is not None else None,
        ended=inner.ended if inner is not None else None,
        steps=inner.steps if inner is not None else (),
        requests=inner.requests if inner is not None else widest(pods_of(members)),
    )


ENGINE = Engine(
    name="trainer",
    title="Kubeflow TrainJob",
    layer=JOB,
    views={KEY: TrainJob},
    absorbs=("jobset", "job"),
    controllers=("kubeflow-trainer-controller-manager",),
    claim=claim,
    describe=describe,
)
