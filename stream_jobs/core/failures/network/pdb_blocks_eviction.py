"""pdb-blocks-eviction: a PodDisruptionBudget lets no pod go, so a node cannot be emptied."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from schemas.kubernetes import PodDisruptionBudget
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.disruption import disrupted, ran_on, told_by
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.selectors import takes
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="pdb-blocks-eviction.patience",
    default=timedelta(minutes=15),
    says="Pods that a budget needs and that are not healthy are given so long to become so",
)
CORDON = "spec.unschedulable"
EVICTED = "EvictionByEvictionAPI"
REFUSED = ("FailedDraining", "DisruptionBlocked")  # Karpenter's
BUDGET = re.compile(r"disruption ?budget|\bpdb\b", re.IGNORECASE)
NAMED = re.compile(r"=\[|\(PDB|pdb \S+/\S+", re.IGNORECASE)
KEY = "PodDisruptionBudget.policy"
INSUFFICIENT = "InsufficientPods"
Span = tuple[datetime, datetime | None]


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    """Judged at the budget, and at nodes, as whoever is evicted there shows that a drain waits."""
    view = known.view
    if known.key == "Node":
        for budget in cell.every(KEY) if _may_wait(known, cell) else ():
            yield from _of_node(budget, cell, known)
    elif isinstance(view, PodDisruptionBudget):
        for node in cell.every("Node"):
            if _may_wait(node, cell):
                yield from _of_node(known, cell, node)
        if known.exists and view.status.disruptionsAllowed == 0 and view.status.expectedPods:
            yield from _unhealthy(known, cell, view)


# --- a drain waits --------------------------------------------------------------------------------------


def _may_wait(node: Known, cell: Cell) -> bool:
    return bool(any(each.path == CORDON for each in node.edits) or cell.events(node, *REFUSED))


def _of_node(budget: Known, cell: Cell, node: Known) -> Iterator[Finding]:
    """A node was closed, others of its pods were evicted, and one that the budget keeps stayed."""
    view = budget.view
    if not isinstance(view, PodDisruptionBudget):
        return
    pods = list(ran_on(cell, node))
    kept = [
        each for each in pods if each.namespace == budget.namespace and takes(view.spec.selector, each.labels)
    ]
    gone = [turn.at for each in pods if (turn := disrupted(each, EVICTED)) is not None]
    for since, until in _closed(node) if kept else ():
        drained = [each for each in gone if _within(each, since, until)]
        if drained and any(_stayed(each, since, until) for each in kept) and _tight(budget, min(drained)):
            says = (
                f"node {node.name} was closed, other pods of it were evicted, and those of the budget stayed"
            )
            yield _finding(budget, view, node, (since, until), told_by(node, since, says))
    told = [each for each in cell.events(node, *REFUSED) if kept and _is_about(budget, each.message)]
    if told:
        says = f"{told[0].reason}: {one_line(told[0].message)}"
        evidence = Evidence(at=told[0].first, ref=node.ref, says=says)
        yield _finding(budget, view, node, (told[0].first, node.deleted), evidence)


def _is_about(budget: Known, message: str) -> bool:
    """Whether a message tells of a budget, and of this one where it names any."""
    named = NAMED.search(message) is not None
    return BUDGET.search(message) is not None and (budget.name in message or not named)


def _closed(node: Known) -> Iterator[Span]:
    """When somebody closed the node for new pods, as far as that was seen."""
    marks = [(each.before, each.new == "true") for each in node.edits if each.path == CORDON]
    for (at, closed), following in zip(marks, [*marks[1:], None], strict=False):
        if closed:
            yield at, following[0] if following is not None else node.deleted


def _within(at: datetime, since: datetime, until: datetime | None) -> bool:
    return since - timedelta(seconds=5) <= at and (until is None or at <= until)


def _stayed(pod: Known, since: datetime, until: datetime | None) -> bool:
    """Whether the pod was there before, and had not gone when the node was opened again."""
    end = ended_at(pod) or pod.history.asked
    began = pod.created or pod.first_seen
    return began <= since and disrupted(pod) is None and (end is None or (until is not None and end >= until))


def _tight(known: Known, at: datetime) -> bool:
    """Whether the budget allowed no disruption then."""
    turns = [each for each in known.history.turns if each.type == "DisruptionAllowed" and each.at <= at]
    return bool(turns) and turns[-1].status == "False"


def _finding(known: Known, view: PodDisruptionBudget, node: Known, span: Span, evidence: Evidence) -> Finding:
    since, until = span
    allowed = view.spec.minAvailable if view.spec.minAvailable is not None else view.spec.maxUnavailable
    rule = "minAvailable" if view.spec.minAvailable is not None else "maxUnavailable"
    return Finding(
        says=f"PodDisruptionBudget {known.name} ({rule} {allowed}) lets no pod go, so node {node.name} "
        f"could not be emptied from {say_time(since)} on",
        since=since,
        until=until,
        occurrence=f"{node.uid}/{since:%Y%m%d%H%M%S}",
        subject=known.ref,
        evidence=(evidence,),
    )


# --- pods that the budget needs are ill -----------------------------------------------------------------


def _unhealthy(known: Known, cell: Cell, view: PodDisruptionBudget) -> Iterator[Finding | Later]:
    turns = [each for each in known.history.turns if each.type == "DisruptionAllowed"]
    status = view.status
    if not turns or turns[-1].status != "False" or status.currentHealthy >= status.desiredHealthy:
        return  # 0 allowed with all healthy is how somebody set it
    since = turns[-1].at
    late = since + PATIENCE.of(cell)
    if cell.time is None or cell.time <= late:
        yield Later(late + timedelta(seconds=1))
        return
    counts = f"{status.currentHealthy} of the {status.desiredHealthy} pods that it needs are healthy"
    yield Finding(
        says=f"PodDisruptionBudget {known.name} lets no pod go since {say_time(since)}: {counts}",
        since=since,
        occurrence=str(turns[-1].number),
        evidence=(
            seen(known, since, f"DisruptionAllowed False, {turns[-1].reason or INSUFFICIENT}; {counts}"),
        ),
    )


FAILURE = Failure(
    id="pdb-blocks-eviction",
    title="Budget blocks eviction",
    says="A PodDisruptionBudget forbids that more pods of a service go at the same time. It allows none at "
    "all, so nodes that its pods run on cannot be emptied for maintenance.",
    sees="kubectl drain repeats: Cannot evict pod as it would violate the pod's disruption budget.",
    confirm=(
        "kubectl get poddisruptionbudgets -A shows ALLOWED DISRUPTIONS 0",
        "kubectl -n NAMESPACE describe poddisruptionbudget NAME: compare current and desired healthy pods",
    ),
    judges=(KEY, "Node"),
    severity="low",
    role="cause",
    playbook=(
        "Repair the pods that are not healthy; or run one copy more than minAvailable asks for",
        "unhealthyPodEvictionPolicy: AlwaysAllow lets pods that are ill anyway go",
    ),
    # none to node-drain-or-scale-down: the pods that a drain did take did not go because others may stay
    thresholds=(PATIENCE,),
    find=find,
)
