"""gang-not-schedulable: pods that must start together, and there is no room for all of them at once."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence, Ref
from schemas.kubernetes import Pod
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.runs.podgroups import group_view, past_refusal, placed_at, refusal, waits_since
from stream_jobs.core.runs.queues import POD_GROUPS, queue_links
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.scheduling import bound_at
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="gang-not-schedulable.patience",
    default=timedelta(seconds=15),
    says="Volcano calls every gang unschedulable in the second or two before it has a place",
)
EVENTS = ("Unschedulable", "FailedScheduling")
READY = "pod group is ready"  # said of a gang whose pods are being bound
COUNTS = re.compile(r"^\d+/\d+ tasks in gang unschedulable: pod group is not ready, [^;]*$")  # says no reason
# Without a PodGroup that was collected: what the scheduler says of a member.
MEMBER = re.compile(
    r"(?i)waiting for minCount pods from a gang|rejected due to timeout|optimistic rejection"
    r"|(?:pod ?group|gang) .*(?:is|was) rejected|tasks in gang unschedulable: pod group is not ready"
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if isinstance(known.view, Pod):
        yield from _of_member(known, cell)
    else:
        yield from _of_group(known, cell)


def _of_group(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    events = [each for each in cell.events(known, *EVENTS) if READY not in each.message]
    said = refusal(known) or _newest(events) or past_refusal(known)
    since = waits_since(known)
    until = None if since is not None else placed_at(known) or known.deleted
    since = since or known.created
    if since is None or not said:
        return
    spec = group_view(known).spec
    size = f" of {spec.minMember} pods" if spec.minMember else ""
    where = f" in queue {spec.queue}" if spec.queue else ""
    yield from _after_patience(
        known,
        cell,
        events,
        Finding(
            says=f"The gang{size} of {_of(known)} {'waited' if until else 'waits'}{where} until there is "
            f"room for all of it at once: {one_line(said, 300)}",
            since=since,
            until=until and max(until, since),
            subject=_owner(known),
            evidence=tuple(
                Evidence(at=each.first, ref=known.ref, says=f"{each.reason}: {one_line(each.message)}")
                for each in events[-2:]
            )
            or (Evidence(at=since, ref=known.ref, says=one_line(said)),),
        ),
    )


def _newest(events: list[Sighting]) -> str:
    """The newest reason; one that only counts is told where there is no other."""
    told = [each.message for each in events]
    telling = [each for each in told if not COUNTS.match(each)]
    return (telling or told or [""])[-1]


def _after_patience(
    known: Known, cell: Cell, events: list[Sighting], finding: Finding
) -> Iterator[Finding | Later]:
    """Every gang is refused for a moment; what its own events span is told without cell time as well."""
    if finding.since is None:
        return
    limit = finding.since + PATIENCE.of(cell)
    last = max((each.last for each in events), default=None)
    now = finding.until or _later(cell.time, last)
    if now is not None and now >= limit:
        yield finding
    elif known.exists and finding.until is None:
        yield Later(limit)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((each for each in (one, other) if each is not None), default=None)


def _of_member(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    """A gang whose PodGroup was not collected, as the scheduler tells of a member."""
    if any(cell.by_name(*each) is not None for each in queue_links(known) if each[0] in POD_GROUPS):
        return
    events = [each for each in cell.events(known, *EVENTS) if MEMBER.search(each.message)]
    if not events:
        return
    bound = bound_at(known)
    since = events[0].first
    yield from _after_patience(
        known,
        cell,
        events,
        Finding(
            says=f"The gang of {_of(known)} {'waited' if bound else 'waits'} until there is room for all of "
            f"it at once: {one_line(events[-1].message, 300)}",
            since=since,
            until=max(bound, since) if bound is not None else known.deleted,
            subject=_owner(known),
            evidence=(Evidence(at=since, ref=known.ref, says=f"scheduler: {one_line(events[-1].message)}"),),
        ),
    )


def _owner(known: Known) -> Ref | None:
    """The job whose gang it is."""
    owners = sorted(known.view.metadata.ownerReferences or (), key=lambda each: not each.controller)
    for owner in owners:
        return Ref(
            kind=owner.kind, namespace=known.namespace, name=owner.name, uid=owner.uid, group=owner.group
        )
    return None


def _of(known: Known) -> str:
    owner = _owner(known)
    return f"{owner.kind} {owner.name}" if owner is not None else f"{known.kind} {known.name}"


FAILURE = Failure(
    id="gang-not-schedulable",
    title="No room for the whole gang",
    says="The pods of this run must start together, and there is not enough room for all of them at the same "
    "time. Until there is, none starts, so that they do not hold machines in vain.",
    sees="Volcano's PodGroup stays Pending or Inqueue; the job has no pods, or all of them are Pending.",
    confirm=(
        "kubectl -n NAMESPACE get podgroups: phase Pending or Inqueue, and MINMEMBER",
        "kubectl -n NAMESPACE describe podgroup GROUP: condition Unschedulable says how many pods find room, "
        "and what is lacking",
    ),
    judges=(*POD_GROUPS, "Pod"),
    severity="high",
    role="cause",
    playbook=(
        "Compare what all pods ask for together with what the queue and the nodes have free",
        "Start with fewer workers (minAvailable), or wait for the run that holds the room",
        "Where the message names the queue's resources, have the capability of the queue raised",
    ),
    leads_to=("pod-unschedulable", "workflow-step-stuck-pending"),
    thresholds=(PATIENCE,),
    find=find,
)
