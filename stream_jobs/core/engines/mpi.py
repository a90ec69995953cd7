"""MPI Operator: a run is an MPIJob of kubeflow.org/v2beta1; the Training Operator has one of v1.

The launcher is a batch Job, the workers are pods of the MPIJob itself. Workers run until the launcher ends,
so what befalls one of them often shows only as the launcher's exit.
"""

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import JOB, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, first_start, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import Role, fold, role_step
from stream_jobs.core.runs.training import (
    JOB_NAME,
    TrainingJob,
    attempt_number,
    is_launcher,
    mpi_operator_uid,
    replica_index,
    training_phase,
    training_wait,
)


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim MPIJobs of v2beta1 and what names one as owner: workers, the launcher's Job, its Secret."""
    uid = mpi_operator_uid(known)
    return Claim(key=uid, namespace=known.namespace) if uid else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the job's story; where it was not seen, what its pods tell."""
    pods = pods_of(members)
    head = next((each for each in members if isinstance(each.view, TrainingJob)), None)
    phase, message, ended = (
        training_phase(head, started=first_start(pods) is not None) if head else (None, "", None)
    )
    launchers = [each for each in pods if _is_launcher(each)]
    workers = [each for each in pods if not _is_launcher(each)]
    view = head.view if head is not None else None
    waits = isinstance(view, TrainingJob) and view.spec.launcherCreationPolicy == "WaitForWorkersReady"
    roles = (
        Role("Launcher", "replica", launchers, after=("Worker",) if waits else ()),
        Role("Worker", "replica", workers, place=replica_index),
    )
    steps = tuple(role_step(each, cell, phase or "Running") for each in roles)
    stand = phase or fold(each.phase for each in steps if each.attempts)
    ends = [at for each in launchers if (at := ended_at(each)) is not None]
    owner = next(
        (each for each in members[0].view.metadata.ownerReferences or () if each.kind == "MPIJob"), None
    )
    name = (
        head.name if head else members[0].labels.get(JOB_NAME) or (owner.name if owner else members[0].name)
    )
    uid = head.uid if head else mpi_operator_uid(members[0])
    return Description(
        kind="MPIJob",
        name=name,
        uid=uid,
        run=uid,
        definition=(head.view.metadata.generateName.rstrip("-") if head else "") or name,
        trigger="manual" if head and not head.view.metadata.ownerReferences else "",
        phase=stand,
        message=message if head else "the MPIJob itself was not seen: this is what its pods tell",
        wait=training_wait(head, stand, wait_of(pods)) if head else "",
        created=(head or members[0]).created,
        started=first_start(pods),
        ended=ended if head else max(ends, default=None) if stand not in ("Pending", "Running") else None,
        deleted=head.deleted if head else None,
        attempt=attempt_number(head) if head else 1,
        steps=steps,
        requests=widest(pods),
    )


def _is_launcher(known: Known) -> bool:
    """Launchers are pods of a Job; with runLauncherAsWorker they are numbered like workers."""
    return is_launcher(known) or not mpi_operator_uid(known)


ENGINE = Engine(
    name="mpi",
    title="MPI job",
    layer=JOB,
    absorbs=("job",),
    controllers=("mpi-operator",),
    claim=claim,
    describe=describe,
)
