"""control-plane-component-unhealthy: a central program of Kubernetes is down or starts again and again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import EVERYWHERE, Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, seen, statuses
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.control_plane import component
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="control-plane-component-unhealthy.patience",
    default=timedelta(minutes=2),
    says="A component that is only restarted, as in an upgrade, is given so long to be ready again",
)
SERVICE_PATIENCE = Patience(
    id="control-plane-component-unhealthy.aggregated",
    default=timedelta(minutes=5),
    says="An API that another program serves, such as metrics-server's, is given so long",
)
API_SERVICE = "APIService.apiregistration.k8s.io"
BACK_OFF = "CrashLoopBackOff"


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key == API_SERVICE:
        yield from _of_service(known, cell)
    elif (name := component(known)) and known.exists:
        crash = [each for each in known.history.waits if each.reason == BACK_OFF and each.until is None]
        if crash:
            restarts = max((status.restartCount for _, status in statuses(known)), default=0)
            says = f"{name} on {_where(known)} crashes again and again ({restarts} restarts)"
            yield _finding(known, says, crash[0].since, f"{BACK_OFF}, restartCount {restarts}")
        else:
            yield from _not_ready(known, cell, name)


def _not_ready(known: Known, cell: Cell, name: str) -> Iterator[Finding | Later]:
    ready = condition(known, "Ready")
    if ready is None or ready.status == "True":
        return
    since = ready.lastTransitionTime or known.first_seen
    late = since + PATIENCE.of(cell)
    if cell.time is None or cell.time <= late:
        yield Later(late + timedelta(seconds=1))
        return
    says = f"{name} on {_where(known)} is not ready since {say_time(since)}"
    yield _finding(known, says, since, f"Ready {ready.status}: {ready.reason or ''} {ready.message or ''}")


def _where(known: Known) -> str:
    owners = known.view.metadata.ownerReferences or ()
    return owners[0].name if owners else known.name


def _finding(known: Known, says: str, since: datetime, told: str) -> Finding:
    return Finding(
        says=says,
        since=since,
        evidence=(seen(known, since, one_line(told)),),
        hits=(EVERYWHERE,),
    )


def _of_service(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    """An API that is served by a program in the cluster; its own kinds are away with it."""
    turns = [each for each in known.history.turns if each.type == "Available"]
    for turn, following in zip(turns, [*turns[1:], None], strict=False):
        until = following.at if following is not None else known.deleted
        if turn.status != "False":
            continue
        now, late = until or cell.time, turn.at + SERVICE_PATIENCE.of(cell)
        if now is None or now <= late:
            if until is None:
                yield Later(late + timedelta(seconds=1))
            continue
        yield Finding(
            says=f"API {known.name} does not answer since {say_time(turn.at)}: {one_line(turn.message, 200)}",
            since=turn.at,
            until=until,
            occurrence=str(turn.number),
            evidence=(seen(known, turn.at, one_line(f"Available False, {turn.reason}: {turn.message}")),),
            severity="medium",
            hits=(EVERYWHERE,) if "metrics" in known.name else (),
        )


FAILURE = Failure(
    id="control-plane-component-unhealthy",
    title="Control plane ill",
    says="A central program of Kubernetes is down or keeps crashing. Without the scheduler new pods wait "
    "silently, without the controller manager Jobs make no pods, without the API server nothing can change.",
    sees="Nothing reacts: pods stay Pending without an event, Jobs make no pods, or kubectl itself fails.",
    confirm=(
        "kubectl -n kube-system get pods -l tier=control-plane shows which is not Running, or restarts",
        "kubectl get apiservices | grep False shows served APIs that do not answer",
    ),
    judges=("Pod", API_SERVICE),
    severity="critical",
    role="cause",
    playbook=(
        "Read its log on the control plane machine: crictl logs, or /var/log/pods",
        "Look for what changed: its manifest in /etc/kubernetes/manifests, certificates, a full disk under "
        "etcd",
    ),
    leads_to=(
        "no-scheduler-picked-up-pod",
        "operator-not-reconciling",
        "cronjob-missed-schedule",
        "hpa-cannot-read-metrics",
    ),
    thresholds=(PATIENCE, SERVICE_PATIENCE),
    find=find,
)
