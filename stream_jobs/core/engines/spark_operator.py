"""Kubeflow's Spark Operator: a run is a SparkApplication; a ScheduledSparkApplication only starts it.

A SparkConnect is a server that stays: one run, Running while it is there. Source: kubeflow/spark-operator,
api/v1beta2/sparkapplication_types.go, api/v1alpha1/sparkconnect_types.go.
"""

from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import ENDED, Phase
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import JOB, Claim, Description, Engine, FailedPart
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, first_start, pod_phase, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import fold, held, owner_name, owner_uid
from stream_jobs.core.runs.spark import APP, driver_said, drivers, spark_steps, user_of

GROUP = "sparkoperator.k8s.io"
APPLICATION, CONNECT = f"SparkApplication.{GROUP}", f"SparkConnect.{GROUP}"
LABEL = f"{GROUP}/"
SCHEDULE = LABEL + "scheduled-app-name"
PHASES: dict[str, Phase] = {
    "RUNNING": "Running",
    "SUCCEEDING": "Running",
    "FAILING": "Running",
    "COMPLETED": "Succeeded",
    "FAILED": "Failed",
    "SUBMISSION_FAILED": "Error",
    "UNKNOWN": "Error",
    "SUSPENDING": "Suspended",
    "SUSPENDED": "Suspended",
}
CONNECTS: dict[str, Phase] = {"Ready": "Running", "NotReady": "Running", "Failed": "Failed"}


class ApplicationState(Part, frozen=True, omit_defaults=True):
    """status.applicationState."""

    state: str = ""
    errorMessage: str = ""


class ApplicationSpec(Part, frozen=True, omit_defaults=True):
    """What it is to do."""

    suspend: bool | None = None
    proxyUser: str | None = None


class ApplicationStatus(Part, frozen=True, omit_defaults=True):
    """What became of it. A SparkConnect has `state` and conditions instead."""

    sparkApplicationId: str = ""
    applicationState: ApplicationState = ApplicationState()
    executionAttempts: int = 0
    submissionAttempts: int = 0
    lastSubmissionAttemptTime: datetime | None = None
    terminationTime: datetime | None = None
    state: str = ""
    conditions: tuple[Condition, ...] | None = None


class SparkApplication(View, frozen=True, omit_defaults=True):
    """sparkoperator.k8s.io/v1beta2 SparkApplication, and v1alpha1 SparkConnect."""

    spec: ApplicationSpec = ApplicationSpec()
    status: ApplicationStatus | None = None


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim applications, and their pods: by owner, else by the label with the application's name."""
    if known.key in (APPLICATION, CONNECT):
        return Claim(key=known.uid, namespace=known.namespace)
    for kind in ("SparkApplication", "SparkConnect"):
        uid = owner_uid(known, kind, GROUP)
        if uid:
            return Claim(key=uid, namespace=known.namespace)
    name = known.labels.get(LABEL + "app-name", "")
    application = cell.by_name(APPLICATION, known.namespace, name) if name else None
    return Claim(key=application.uid, namespace=known.namespace) if application is not None else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the application's story; where it was not seen, what its pods tell."""
    pods = pods_of(members)
    head = next((each for each in members if isinstance(each.view, SparkApplication)), None)
    if head is None:
        return _of_pods(members, pods, cell)
    view = head.view
    assert isinstance(view, SparkApplication)
    status = view.status or ApplicationStatus()
    phase, message = application_phase(head)
    return Description(
        kind=head.kind,
        name=head.name,
        uid=head.uid,
        run=status.sparkApplicationId or head.uid,
        definition=_definition(head),
        trigger=_trigger(head),
        user=view.spec.proxyUser or user_of(pods),
        phase=phase,
        message=message or (driver_said(pods) if phase == "Failed" else ""),
        wait="" if phase in ENDED else _wait(head, status, phase, pods),
        created=head.created,
        started=first_start(pods),
        ended=(status.terminationTime or head.deleted or head.seen) if phase in ENDED else None,
        deleted=head.deleted,
        attempt=_attempt(status, pods),
        steps=spark_steps(pods, phase, cell),
        requests=widest(pods),
    )


def application_phase(known: Known) -> tuple[Phase, str]:
    """Return the phase in our words, and the operator's message."""
    view = known.view
    assert isinstance(view, SparkApplication)
    status = view.status or ApplicationStatus()
    state, message = status.applicationState.state, status.applicationState.errorMessage.strip()
    phase = CONNECTS.get(status.state, "Pending") if known.key == CONNECT else PHASES.get(state, "Pending")
    if phase in ENDED:
        return phase, "" if phase == "Succeeded" else message
    if not known.exists:
        return "Cancelled", "" if known.key == CONNECT else "deleted before it ended"
    if view.spec.suspend and phase == "Pending":
        return "Suspended", message
    return phase, message


def _attempt(status: ApplicationStatus, pods: list[Known]) -> int:
    """Each try has an id of its own; its driver may have the name of the one before."""
    ids = {each.labels[APP] for each in drivers(pods) if APP in each.labels}
    return max(status.executionAttempts, len(ids), 1)


def _definition(known: Known) -> str:
    scheduled = known.labels.get(SCHEDULE) or owner_name(known, "ScheduledSparkApplication", GROUP)
    return scheduled or known.view.metadata.generateName.rstrip("-") or known.name


def _trigger(known: Known) -> str:
    if known.labels.get(SCHEDULE) or owner_name(known, "ScheduledSparkApplication", GROUP):
        return "schedule"
    return "" if known.view.metadata.ownerReferences else "manual"


def _wait(known: Known, status: ApplicationStatus, phase: Phase, pods: list[Known]) -> str:
    if phase == "Suspended":
        return held(known)
    if status.applicationState.state in ("PENDING_RERUN", "INVALIDATING"):
        return "its operator is about to try it again"
    return wait_of(pods) or ("" if known.key == CONNECT or status.applicationState.state else _unseen(pods))


def _unseen(pods: list[Known]) -> str:
    return "" if pods else "its operator has not picked it up"


def _of_pods(members: list[Known], pods: list[Known], cell: Cell) -> Description:
    driver = next(iter(drivers(pods)), None)
    phase = pod_phase(driver) if driver is not None else fold(pod_phase(each) for each in pods)
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    first = members[0]
    return Description(
        kind="SparkApplication",
        name=first.labels.get(LABEL + "app-name")
        or owner_name(first, "SparkApplication", GROUP)
        or first.name,
        uid=owner_uid(first, "SparkApplication", GROUP),
        run=first.labels.get(APP, ""),
        user=user_of(pods),
        phase=phase,
        message="the SparkApplication itself was not seen: this is what its pods tell",
        wait=wait_of(pods) if phase in ("Pending", "Running") else "",
        created=first.created,
        started=first_start(pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        steps=spark_steps(pods, phase, cell),
        requests=widest(pods),
    )


def failed(known: Known, cell: Cell) -> Iterator[FailedPart]:
    """Yield an application that failed."""
    view = known.view
    if isinstance(view, SparkApplication) and (told := application_phase(known))[0] in ("Failed", "Error"):
        status = view.status or ApplicationStatus()
        since = status.terminationTime or status.lastSubmissionAttemptTime or known.created
        yield FailedPart(says=f"{known.kind} {known.name} failed", message=told[1], since=since)


def links(known: Known) -> Iterator[tuple[str, str, str]]:
    """A pod points at its application by a label, also where no webhook made that its owner."""
    name = known.labels.get(LABEL + "app-name", "") if known.key == "Pod" else ""
    if name:
        yield APPLICATION, known.namespace, name


ENGINE = Engine(
    name="spark-operator",
    title="Spark application",
    layer=JOB,
    views={APPLICATION: SparkApplication, CONNECT: SparkApplication},
    starters=("ScheduledSparkApplication.sparkoperator.k8s.io",),
    absorbs=("spark",),
    nests=False,
    controllers=("spark-operator-controller", "spark-operator"),
    failed=failed,
    links=links,
    claim=claim,
    describe=describe,
)
