"""Apache's own Spark operator: a run is a SparkApplication (spark.apache.org), or a SparkCluster that stays.

Its last state only says that what it used was released; the outcome is the state before. Source:
apache/spark-kubernetes-operator, spark-operator-api: ApplicationStateSummary.java, BaseStatus.java.
"""

from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import ENDED, Phase, Step
from schemas.kubernetes import Part, View
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import JOB, Claim, Description, Engine, FailedPart
from stream_jobs.core.known import Known
from stream_jobs.core.pods import first_start, pod_phase, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import Role, fold, held, owner_name, owner_uid, role_step
from stream_jobs.core.runs.spark import APP, ROLE, driver_said, drivers, moment, spark_steps, user_of

GROUP = "spark.apache.org"
APPLICATION, CLUSTER = f"SparkApplication.{GROUP}", f"SparkCluster.{GROUP}"
NAMES = {
    "SparkApplication": "spark.operator/spark-app-name",
    "SparkCluster": "spark.operator/spark-cluster-name",
}
RELEASED = ("ResourceReleased", "TerminatedWithoutReleaseResources")
PHASES: dict[str, Phase] = {
    "DriverStarted": "Running",
    "DriverReady": "Running",
    "InitializedBelowThresholdExecutors": "Running",
    "RunningHealthy": "Running",
    "RunningWithPartialCapacity": "Running",
    "RunningWithBelowThresholdExecutors": "Running",
    "Succeeded": "Succeeded",
    "Failed": "Failed",
    # Not the program is at fault: it never got what it needs to run, or lost it.
    "SchedulingFailure": "Error",
    "DriverEvicted": "Error",
    "DriverStartTimedOut": "Error",
    "DriverReadyTimedOut": "Error",
    "ExecutorsStartTimedOut": "Error",
    "Suspended": "Suspended",
}


class State(Part, frozen=True, omit_defaults=True):
    """status.currentState and status.stateTransitionHistory{}."""

    currentStateSummary: str = ""
    lastTransitionTime: str = ""
    message: str = ""


class AttemptInfo(Part, frozen=True, omit_defaults=True):
    """status.currentAttemptSummary.attemptInfo; ids start at 0."""

    id: int = 0


class AttemptSummary(Part, frozen=True, omit_defaults=True):
    """status.currentAttemptSummary."""

    attemptInfo: AttemptInfo | None = None


class SparkSpec(Part, frozen=True, omit_defaults=True):
    """What it is to do."""

    suspend: bool | None = None


class SparkStatus(Part, frozen=True, omit_defaults=True):
    """What became of it; the history is keyed by growing numbers, as text."""

    currentState: State = State()
    stateTransitionHistory: dict[str, State] | None = None
    currentAttemptSummary: AttemptSummary | None = None


class Spark(View, frozen=True, omit_defaults=True):
    """spark.apache.org/v1 SparkApplication and SparkCluster."""

    spec: SparkSpec = SparkSpec()
    status: SparkStatus | None = None


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim applications and clusters, and their pods: by owner, else by the label with the name."""
    if known.key in (APPLICATION, CLUSTER):
        return Claim(key=known.uid, namespace=known.namespace)
    for kind, label in NAMES.items():
        named = known.labels.get(label, "")
        owner = cell.by_name(f"{kind}.{GROUP}", known.namespace, named) if named else None
        uid = owner_uid(known, kind, GROUP) or (owner.uid if owner is not None else "")
        if uid:
            return Claim(key=uid, namespace=known.namespace)
    return None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the run's story; where its object was not seen, what its pods tell."""
    pods = pods_of(members)
    head = next((each for each in members if isinstance(each.view, Spark)), None)
    first = head or members[0]
    kind = head.kind if head is not None else _kind(first)
    phase, message, ended = spark_phase(head) if head is not None else (_by_pods(pods), "", None)
    view = first.view
    status = (view.status if isinstance(view, Spark) else None) or SparkStatus()
    info = status.currentAttemptSummary.attemptInfo if status.currentAttemptSummary is not None else None
    return Description(
        kind=kind,
        name=head.name if head is not None else owner_name(first, kind, GROUP) or first.name,
        uid=head.uid if head is not None else owner_uid(first, kind, GROUP),
        run=next((each.labels[APP] for each in pods if APP in each.labels), first.uid),
        definition=first.view.metadata.generateName.rstrip("-") or (head.name if head is not None else ""),
        trigger="" if first.view.metadata.ownerReferences else "manual",
        user=user_of(pods),
        phase=phase,
        message=message or (driver_said(pods) if phase == "Failed" else ""),
        wait="" if phase in ENDED else _wait(first, phase, pods),
        created=first.created,
        started=first_start(pods),
        ended=ended if phase in ENDED else None,
        deleted=head.deleted if head is not None else None,
        attempt=max(info.id + 1 if info is not None else 1, 1),
        steps=_steps(kind, pods, phase, cell),
        requests=widest(pods),
    )


def _kind(known: Known) -> str:
    return "SparkCluster" if owner_uid(known, "SparkCluster", GROUP) else "SparkApplication"


def spark_phase(known: Known) -> tuple[Phase, str, datetime | None]:
    """Return the phase in our words, the operator's message, and when it ended."""
    view = known.view
    assert isinstance(view, Spark)
    told = _outcome(view.status or SparkStatus())
    phase = PHASES.get(told.currentStateSummary, "Pending")
    at = moment(told.lastTransitionTime)
    if phase in ENDED and known.key == APPLICATION:
        return phase, "" if phase == "Succeeded" else told.message, at or known.deleted or known.seen
    if not known.exists:
        return "Cancelled", "" if known.key == CLUSTER else "deleted before it ended", known.deleted
    if view.spec.suspend and phase == "Pending":
        return "Suspended", told.message, None
    return phase, told.message if phase in ("Failed", "Error") else "", at


def _outcome(status: SparkStatus) -> State:
    """The newest state that tells how it went."""
    if status.currentState.currentStateSummary not in RELEASED:
        return status.currentState
    history = sorted((status.stateTransitionHistory or {}).items(), key=lambda each: _number(each[0]))
    before = [state for _, state in history if state.currentStateSummary not in RELEASED]
    return before[-1] if before else status.currentState


def _number(key: str) -> int:
    return int(key) if key.isdigit() else -1


def _by_pods(pods: list[Known]) -> Phase:
    heads = drivers(pods) or pods
    return fold(pod_phase(each) for each in heads)


def _wait(known: Known, phase: Phase, pods: list[Known]) -> str:
    if phase == "Suspended":
        return held(known)
    return wait_of(pods)


def _steps(kind: str, pods: list[Known], phase: Phase, cell: Cell) -> tuple[Step, ...]:
    if kind == "SparkApplication":
        return spark_steps(pods, phase, cell)
    roles = {name: [each for each in pods if each.labels.get(ROLE) == name] for name in ("master", "worker")}
    return tuple(
        role_step(Role(name, name, mine, place=lambda known: known.name), cell, phase)
        for name, mine in roles.items()
    )


def failed(known: Known, cell: Cell) -> Iterator[FailedPart]:
    """Yield an application that failed."""
    if isinstance(known.view, Spark):
        phase, message, at = spark_phase(known)
        if phase in ("Failed", "Error"):
            yield FailedPart(says=f"{known.kind} {known.name} failed", message=message, since=at)


def links(known: Known) -> Iterator[tuple[str, str, str]]:
    """A pod points at what it is of by a label."""
    if known.key == "Pod":
        for kind, label in NAMES.items():
            if known.labels.get(label):
                yield f"{kind}.{GROUP}", known.namespace, known.labels[label]


ENGINE = Engine(
    name="spark-kubernetes-operator",
    title="Spark application",
    layer=JOB,
    views={APPLICATION: Spark, CLUSTER: Spark},
    absorbs=("spark",),
    nests=False,
    controllers=("spark-kubernetes-operator",),
    failed=failed,
    links=links,
    claim=claim,
    describe=describe,
)
