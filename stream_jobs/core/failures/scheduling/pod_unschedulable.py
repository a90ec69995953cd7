"""pod-unschedulable: the scheduler found no node for the pod, for whatever reasons."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.refusals import refusals, say_clauses
from stream_jobs.core.signs.scheduling import GROWS, UNSURE, blames, bound_at, pending_growth, unsure_until
from stream_jobs.core.thresholds import Patience

LONG = Patience(
    id="pod-unschedulable.long",
    default=timedelta(minutes=15),
    says="A pod without a node is of high severity after this: added machines would have helped by then",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    said = refusals(known, cell)
    if not said:
        return
    newest, since = said[-1], min(each.first for each in said)
    bound = bound_at(known)
    wait = None if bound else pending_growth(known, cell)
    late = since + LONG.of(cell)
    lasts = cell.time is not None and cell.time >= late
    closed = [spot for each in blames(known, cell, "taint", "cordon") for spot in each.spots]
    span = f"since {say_time(since)}" if bound is None else f"from {say_time(since)} to {say_time(bound)}"
    found = "has found" if bound is None else "found"
    yield Finding(
        says=f"Pod {known.name} {found} no node {span}: {say_clauses(newest)}",
        since=since,
        until=max(bound, since) if bound else None,
        about=tuple(target("Node", "", each.node.name) for each in closed),
        severity="info" if wait is not None else "high" if lasts else "medium",
        evidence=tuple(
            Evidence(at=each.first, ref=known.ref, says=f"scheduler: {one_line(each.text)}")
            for each in reversed(said)
        )[:3],
    )
    if (unsure := unsure_until(known, cell)) is not None:
        yield Later(unsure)
    if wait is not None:
        yield wait
    elif not bound and not lasts:
        yield Later(late)


FAILURE = Failure(
    id="pod-unschedulable",
    title="No node for the pod",
    says="The scheduler looked at every node and each had a reason to refuse the pod. It tries again "
    "whenever something changes, so the pod waits as long as the reasons last.",
    sees="kubectl get pods shows Pending, and kubectl describe pod shows FailedScheduling.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o wide shows no node",
        "kubectl -n NAMESPACE get events --field-selector involvedObject.name=POD,reason=FailedScheduling "
        "shows why each group of nodes refused it",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Look for the reason on the nodes that are meant for this pod; what other nodes say is beside the "
        "point",
        "Check whether new nodes are on their way: kubectl get events --field-selector "
        "reason=TriggeredScaleUp",
    ),
    # beyond the catalogue: copies of a service, and workloads whose queue waits for ready pods, miss the pod
    leads_to=(
        "workflow-step-stuck-pending",
        "gang-partial-deadlock",
        "job-running-too-long",
        "deployment-replicas-unavailable",
        "kueue-pods-ready-timeout",
    ),
    thresholds=(LONG, GROWS, UNSURE),
    find=find,
)
