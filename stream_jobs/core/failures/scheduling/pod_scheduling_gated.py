"""pod-scheduling-gated: the pod is held back on purpose, by a gate that somebody has to lift."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.signs.messages import listed, one_line
from stream_jobs.core.signs.nodes import lasting
from stream_jobs.core.signs.scheduling import bound_at
from stream_jobs.core.thresholds import Patience

QUEUES = ("kueue.x-k8s.io/",)  # gates of queues, which lift them when there is room
SOON = Patience(
    id="pod-scheduling-gated.soon",
    default=timedelta(seconds=15),
    says="Whoever set a gate may take so long to lift it",
)
QUEUED = Patience(
    id="pod-scheduling-gated.queued",
    default=timedelta(hours=1),
    says="A pod that a queue holds back for longer is more than a note",
)
REASON = "SchedulingGated"


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    gates = [each.name for each in pod_view(known).spec.schedulingGates or ()]
    told = [turn for turn in known.history.turns if (turn.type, turn.reason) == ("PodScheduled", REASON)]
    if not (gates or told):
        return
    since = told[0].at if told else known.created or known.first_seen
    until = None if gates else _lifted(known)
    too_soon = lasting(known, cell, until, since + SOON.of(cell))
    if too_soon is not None:
        yield from too_soon
        return
    queued = bool(gates) and all(each.startswith(QUEUES) for each in gates)
    later = lasting(known, cell, until, since + QUEUED.of(cell)) if queued else None
    by = listed([one_line(each, 80) for each in gates])
    yield Finding(
        says=f"Pod {known.name} {'is' if until is None else 'was'} held back on purpose"
        + (f": somebody has to lift the gate {by}" if by else ""),
        since=since,
        until=until,
        severity="info" if later is not None else None,
        evidence=(seen(known, since, one_line(f"{REASON}: {told[0].message}") if told else f"gates: {by}"),),
    )
    yield from later or ()


def _lifted(known: Known) -> datetime | None:
    """When the last gate was gone, as the scheduler's next word or the node tells it."""
    turns = [turn for turn in known.history.turns if turn.type == "PodScheduled" and turn.reason != REASON]
    return turns[0].at if turns else bound_at(known) or known.seen


FAILURE = Failure(
    id="pod-scheduling-gated",
    title="Held back by a gate",
    says="A gate on the pod tells the scheduler not to look at it yet. Queueing systems do so until there is "
    "room; whoever set the gate has to lift it.",
    sees="kubectl get pods shows SchedulingGated.",
    confirm=("kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.schedulingGates}' names the gates",),
    judges=("Pod",),
    severity="medium",
    role="symptom",
    playbook=(
        "Gates that begin with kueue.x-k8s.io: look at the Workload, which says what it waits for: "
        "kubectl -n NAMESPACE get workloads",
        "Other gates: find the controller that owns them and see whether it runs; else ask whoever set it",
    ),
    leads_to=("workflow-step-stuck-pending", "gang-partial-deadlock"),
    thresholds=(SOON, QUEUED),
    find=find,
)
