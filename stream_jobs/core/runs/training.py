"""Objects of Kubeflow's training operators: the six kinds of the Training Operator, MPI Operator's MPIJob.

Both operators have a kind MPIJob of group kubeflow.org: v1 is the Training Operator's, v2beta1 the MPI
Operator's. Sources: kubeflow/training-operator (release-1.9), pkg/apis/kubeflow.org/v1;
kubeflow/mpi-operator, pkg/apis/kubeflow/v2beta1.
"""

from datetime import datetime

from schemas.contracts import Phase
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true
from stream_jobs.core.runs.roles import held

GROUP = "kubeflow.org"
KINDS = ("PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob")
MPI_OPERATOR = "v2beta1"
OPERATORS = ("mpi-operator",)  # values of the label operator-name that mean the MPI Operator
LABEL = "training.kubeflow.org/"
OPERATOR = LABEL + "operator-name"
JOB_NAME, ROLE = LABEL + "job-name", LABEL + "job-role"
# Labels of a pod's role and number, the newest form first; tf-operator's had bare keys.
TYPES = (LABEL + "replica-type", "replica-type", "tf-replica-type", "pytorch-replica-type")
INDEXES = (LABEL + "replica-index", "replica-index", "tf-replica-index", "pytorch-replica-index")


class RunPolicy(Part, frozen=True, omit_defaults=True):
    """spec.runPolicy."""

    suspend: bool | None = None
    managedBy: str | None = None


class Replicas(Part, frozen=True, omit_defaults=True):
    """spec.<kind>ReplicaSpecs of one type: Master, Worker, …"""

    replicas: int | None = None
    restartPolicy: str | None = None


Specs = dict[str, Replicas] | None


class TrainingSpec(Part, frozen=True, omit_defaults=True):
    """What the job is to do; each kind has one of the maps of replicas."""

    runPolicy: RunPolicy = RunPolicy()
    launcherCreationPolicy: str | None = None  # MPI Operator: AtStartup, WaitForWorkersReady
    pytorchReplicaSpecs: Specs = None
    tfReplicaSpecs: Specs = None
    mpiReplicaSpecs: Specs = None
    xgbReplicaSpecs: Specs = None
    paddleReplicaSpecs: Specs = None
    jaxReplicaSpecs: Specs = None

    @property
    def types(self) -> dict[str, Replicas]:
        """The replicas by type, in the order of the spec."""
        maps = (
            self.pytorchReplicaSpecs,
            self.tfReplicaSpecs,
            self.mpiReplicaSpecs,
            self.xgbReplicaSpecs,
            self.paddleReplicaSpecs,
            self.jaxReplicaSpecs,
        )
        return {name: each for found in maps for name, each in (found or {}).items()}


class TrainingStatus(Part, frozen=True, omit_defaults=True):
    """What became of it."""

    conditions: tuple[Condition, ...] | None = None
    startTime: datetime | None = None
    completionTime: datetime | None = None


class TrainingJob(View, frozen=True, omit_defaults=True):
    """A job of kubeflow.org, v1 or (MPIJob) v2beta1."""

    apiVersion: str = ""
    spec: TrainingSpec = TrainingSpec()
    status: TrainingStatus | None = None


def mpi_operator_uid(known: Known) -> str:
    """The uid of the MPI Operator's MPIJob that the object is or belongs to; "" for none."""
    view = known.view
    if isinstance(view, TrainingJob):
        return known.uid if view.apiVersion == f"{GROUP}/{MPI_OPERATOR}" else ""
    for owner in view.metadata.ownerReferences or ():
        if owner.kind == "MPIJob" and owner.group == GROUP:
            of_it = owner.apiVersion.endswith(MPI_OPERATOR) or known.labels.get(OPERATOR) in OPERATORS
            return owner.uid if of_it else ""
    return ""


def training_operator_uid(known: Known) -> str:
    """The uid of the Training Operator's job that the object is or belongs to; "" for none."""
    if mpi_operator_uid(known):
        return ""
    if isinstance(known.view, TrainingJob):
        return known.uid
    owners = known.view.metadata.ownerReferences or ()
    return next((each.uid for each in owners if each.kind in KINDS and each.group == GROUP), "")


def training_phase(known: Known, *, started: bool) -> tuple[Phase, str, datetime | None]:
    """Return phase, the job's own message, and when it ended. Succeeded and Failed are final."""
    status = (known.view.status if isinstance(known.view, TrainingJob) else None) or TrainingStatus()
    for kind in ("Succeeded", "Failed"):
        found = is_true(known, kind)
        if found is not None:
            said = "" if kind == "Succeeded" else f"{found.reason or ''}: {found.message or ''}".strip(": ")
            ended = status.completionTime or found.lastTransitionTime
            return ("Succeeded" if kind == "Succeeded" else "Failed"), said, ended
    if not known.exists:
        return "Cancelled", "deleted before it ended", known.deleted
    suspended = is_true(known, "Suspended")
    if suspended is not None:
        return "Suspended", suspended.message or "", None
    restarting = is_true(known, "Restarting")
    if restarting is not None:
        return "Running", restarting.message or "", None
    return ("Running" if started or is_true(known, "Running") else "Pending"), "", None


def training_wait(known: Known, phase: Phase, pods_wait: str) -> str:
    """What the job waits for: somebody to resume it, another cluster, its operator, or its pods."""
    view = known.view
    if phase == "Suspended":
        return held(known)
    if phase not in ("Pending", "Running") or not isinstance(view, TrainingJob):
        return ""
    manager = view.spec.runPolicy.managedBy or ""
    if manager and GROUP not in manager:
        return f"{manager} runs it, in another cluster"
    untouched = view.status is None or not view.status.conditions
    return pods_wait or ("its operator has not picked it up" if untouched else "")


def attempt_number(known: Known) -> int:
    """Which try of the job this is: raised with each time that the operator restarts it."""
    return 1 + sum(turn.type == "Restarting" and turn.status == "True" for turn in known.history.turns)


def replica_type(known: Known) -> str:
    """The pod's role as its labels have it, in lower case: "master", "worker"."""
    return next((known.labels[key].lower() for key in TYPES if known.labels.get(key)), "")


def is_launcher(known: Known) -> bool:
    """Whether the pod starts an MPI program on the others: when it ends, they are stopped."""
    return "launcher" in (known.labels.get(ROLE), replica_type(known))


def replica_index(known: Known) -> str:
    """The pod's number within its role; "" where no label tells."""
    return next((known.labels[key] for key in INDEXES if known.labels.get(key)), "")
