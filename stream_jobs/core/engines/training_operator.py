"""Kubeflow's Training Operator: a run is a PyTorchJob, TFJob, MPIJob (v1), XGBoostJob, PaddleJob or JAXJob.

A step is a replica type. The operator restarts a replica by deleting its pod and making one of the same name,
and the kubelet restarts containers: an attempt is a pod, by its uid. A gang's pods are made only once its
PodGroup has a place: until then the run has none.
"""

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import JOB, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, first_start, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import Role, fold, role_step
from stream_jobs.core.runs.training import (
    GROUP,
    JOB_NAME,
    KINDS,
    TrainingJob,
    attempt_number,
    replica_index,
    replica_type,
    training_operator_uid,
    training_phase,
    training_wait,
)


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim the six kinds, and what names one of them as owner."""
    uid = training_operator_uid(known)
    return Claim(key=uid, namespace=known.namespace) if uid else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the job's story; where it was not seen, what its pods tell."""
    pods = pods_of(members)
    head = next((each for each in members if isinstance(each.view, TrainingJob)), None)
    if head is None:
        return _without_job(members, pods, cell)
    assert isinstance(head.view, TrainingJob)
    phase, message, ended = training_phase(head, started=first_start(pods) is not None)
    names = {name.lower(): name for name in head.view.spec.types}
    names |= {each: each.capitalize() for pod in pods if (each := replica_type(pod)) and each not in names}
    steps = []
    for key, name in names.items():
        mine = [each for each in pods if replica_type(each) == key]
        steps.append(role_step(Role(name, "replica", mine, place=replica_index), cell, phase))
    return Description(
        kind=head.kind,
        name=head.name,
        uid=head.uid,
        run=head.uid,
        definition=head.view.metadata.generateName.rstrip("-") or head.name,
        trigger="" if head.view.metadata.ownerReferences else "manual",
        phase=phase,
        message=message,
        wait=training_wait(head, phase, wait_of(pods)),
        created=head.created,
        started=first_start(pods),
        ended=ended,
        deleted=head.deleted,
        attempt=attempt_number(head),
        steps=tuple(steps),
        requests=widest(pods),
    )


def _without_job(members: list[Known], pods: list[Known], cell: Cell) -> Description:
    """Its pods were seen, it was not: their labels and owner references name it."""
    first = members[0]
    owner = next(each for each in first.view.metadata.ownerReferences or () if each.kind in KINDS)
    roles = dict.fromkeys(replica_type(each) for each in pods)
    steps = []
    for key in roles:
        role = Role(key.capitalize() or "main", "replica", [], place=replica_index)
        mine = [each for each in pods if replica_type(each) == key]
        steps.append(role_step(Role(role.name, role.kind, mine, place=role.place), cell, "Running"))
    phase = fold(each.phase for each in steps)
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    return Description(
        kind=owner.kind,
        name=first.labels.get(JOB_NAME) or owner.name,
        uid=owner.uid,
        run=owner.uid,
        definition=owner.name,
        phase=phase,
        message=f"the {owner.kind} itself was not seen: this is what its pods tell",
        wait=wait_of(pods) if phase in ("Pending", "Running") else "",
        created=first.created,
        started=first_start(pods),
        ended=max(ends, default=None) if phase not in ("Pending", "Running") else None,
        steps=tuple(steps),
        requests=widest(pods),
    )


ENGINE = Engine(
    name="training-operator",
    title="Kubeflow training job",
    layer=JOB,
    views={f"{kind}.{GROUP}": TrainingJob for kind in KINDS},
    controllers=("training-operator",),
    claim=claim,
    describe=describe,
)
