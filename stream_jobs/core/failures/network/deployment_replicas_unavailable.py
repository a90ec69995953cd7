"""deployment-replicas-unavailable: fewer copies of a workload run than are wanted."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.kubernetes import Workload
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.serving import (
    Outage,
    available,
    is_ready,
    not_ready_since,
    outages,
    pods_under,
    refused_since,
    say_trouble,
    troubled,
    wanted,
)
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="deployment-replicas-unavailable.patience",
    default=timedelta(minutes=15),
    says="Copies that only take long to get ready are given so long (kube-prometheus waits as long); trouble "
    "that shows is told at once",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    view = known.view
    if not isinstance(view, Workload):
        return
    now = known.deleted or cell.time
    told = outages(known, "Available", "False", now)
    for each in told:
        yield from _of_outage(known, cell, view, each)
    if not (told and told[-1].until is None) and known.exists and available(view) < wanted(view):
        yield from _by_count(known, cell, view)


def _of_outage(known: Known, cell: Cell, view: Workload, outage: Outage) -> Iterator[Finding | Later]:
    """A Deployment says itself when it had too few copies."""
    if outage.until is None and wanted(view) == 0:
        return
    shown = _shown(known, cell, outage)
    now, late = outage.until or cell.time, outage.since + PATIENCE.of(cell)
    if not shown and (now is None or now <= late):
        if outage.until is None:
            yield Later(late + timedelta(seconds=1))
        return
    yield _finding(known, cell, view, outage, str(outage.number))


def _shown(known: Known, cell: Cell, outage: Outage) -> bool:
    moments = [at for _, at in troubled(pods_under(known, cell), cell)]
    refused = refused_since(known, cell)
    return any(outage.holds(each) for each in (*moments, *((refused,) if refused else ())))


def _by_count(known: Known, cell: Cell, view: Workload) -> Iterator[Finding | Later]:
    """StatefulSets and DaemonSets only count, and so does a Deployment that has just enough."""
    pods = [each for each in pods_under(known, cell) if each.exists]
    missing = [at for each in pods if (at := not_ready_since(each)) is not None]
    refused = refused_since(known, cell)
    since = min((*missing, *((refused,) if refused else ())), default=None)
    if since is None:
        return
    shown = [at for pod, at in troubled(pods, cell) if not is_ready(pod)]
    late = since + PATIENCE.of(cell)
    if not shown and refused is None and (cell.time is None or cell.time <= late):
        yield Later(late + timedelta(seconds=1))
        return
    yield _finding(known, cell, view, Outage(since, None, 0), "count")


def _finding(known: Known, cell: Cell, view: Workload, outage: Outage, occurrence: str) -> Finding:
    ill = [pod for pod, _ in troubled(pods_under(known, cell), cell) if pod.exists and not is_ready(pod)]
    why = f": pod {ill[0].name} ({say_trouble(ill[0])})" if ill else ""
    when = f"since {say_time(outage.since)}"
    count = f"has {available(view)} of {wanted(view)} copies available"
    if outage.until is not None:
        when = f"from {say_time(outage.since)} to {say_time(outage.until)}"
        count = "had fewer copies available than wanted"
    return Finding(
        says=f"{known.kind} {known.name} {count} {when}{why}",
        since=outage.since,
        until=outage.until,
        occurrence=occurrence,
        evidence=(seen(known, outage.since, f"{available(view)} available, {wanted(view)} wanted"),),
        about=tuple(each.uid for each in ill[:5]),
    )


FAILURE = Failure(
    id="deployment-replicas-unavailable",
    title="Copies are missing",
    says="Fewer copies of this service run than are wanted. Those that run carry the load alone; with none, "
    "nobody is answered.",
    sees="kubectl get deployment shows READY 1/3, or AVAILABLE below what is wanted.",
    confirm=(
        "kubectl -n NAMESPACE get pods -l SELECTOR shows the copies that are not ready, and why",
        "kubectl -n NAMESPACE describe replicaset NAME shows FailedCreate where pods are refused",
    ),
    judges=("Deployment.apps", "StatefulSet.apps", "DaemonSet.apps"),
    severity="medium",
    role="symptom",
    playbook=("Go to the pods that are missing or not ready: what keeps them is the cause",),
    leads_to=(
        "service-no-endpoints",
        "gpu-device-plugin-down",
        "dns-unavailable",
        "admission-webhook-unavailable",
        "operator-not-reconciling",  # an engine's controller
    ),
    thresholds=(PATIENCE,),
    find=find,
)
