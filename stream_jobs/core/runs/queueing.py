"""The queueing leg of a run: when it was queued and admitted, and what it waits for.

Kueue's Workloads and the PodGroups of gang schedulers belong to runs and are none. Whatever the engine, what
they say is added to its description here, once.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.contracts import Phase, Requests
from schemas.kubernetes import Pod
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import Description
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, is_true
from stream_jobs.core.quantities import is_gpu, quantity
from stream_jobs.core.runs.kueue import ADMITTED, EVICTED, RESERVED, queued_view, say_queue, short
from stream_jobs.core.runs.podgroups import group_wait, placed_at
from stream_jobs.core.runs.queues import JOB_UID, POD_GROUPS, WORKLOAD, PodSet, queue_links
from stream_jobs.core.signs.messages import listed, one_line

KINDS = (WORKLOAD, *POD_GROUPS)
WAITING: tuple[Phase, ...] = ("Pending", "Suspended", "Running")
GATED = "held back by "  # how a pod's wait is told that somebody holds back


def queued(told: Description, members: list[Known], cell: Cell) -> Description:
    """Return the description with what queues and gangs say of the run."""
    if not any(key in cell.kinds for key in KINDS):
        return told
    holders = list(_holders(members, cell))
    own = [each for each in holders if _is_of(each, told.uid)]
    workloads = [each for each in own if each.key == WORKLOAD]
    groups = [each for each in own if each.key != WORKLOAD]
    told = _with_workloads(told, workloads, cell) if workloads else told
    told = _with_groups(told, groups) if groups else told
    return _with_parts(told, [each for each in holders if each not in own], cell)


def _holders(members: list[Known], cell: Cell) -> Iterator[Known]:
    """The Workloads and PodGroups of the run, oldest first: its members, and those that its pods name."""
    found: dict[str, Known] = {}
    for each in members:
        if each.key in KINDS:
            found[each.uid] = each
        elif isinstance(each.view, Pod):
            named = (cell.by_name(*link) for link in queue_links(each))
            found.update((one.uid, one) for one in named if one is not None)
    yield from sorted(found.values(), key=lambda each: (each.created or each.first_seen, each.uid))


def _is_of(known: Known, uid: str) -> bool:
    """Whether it is of the run as a whole, not of one of its pods or inner runs. A gang may have no owner."""
    owners = known.view.metadata.ownerReferences or ()
    if known.key != WORKLOAD and not owners:
        return True
    return bool(uid) and (known.labels.get(JOB_UID) == uid or any(each.uid == uid for each in owners))


# --- Kueue ----------------------------------------------------------------------------------------------


def _with_workloads(told: Description, own: list[Known], cell: Cell) -> Description:
    """Of several (slices of an elastic job) the first tells when it began, the newest how it stands."""
    first, newest = own[0], own[-1]
    since, admitted = _leg(first)
    told = msgspec.structs.replace(
        told,
        queued=told.queued or since,
        admitted=told.admitted or admitted,
        attempt=max(told.attempt, *(_rounds(each) for each in own)),
        requests=_asked(newest) if told.requests == Requests() else told.requests,
    )
    wait = _wait(newest, cell)
    if not wait or told.phase not in WAITING:
        return told
    given_up = not queued_view(newest).spec.active
    phase: Phase = "Suspended" if given_up else "Pending"
    said = condition(newest, EVICTED if given_up else RESERVED)
    message = one_line(said.message or "") if said is not None else ""
    steps = tuple(
        msgspec.structs.replace(each, phase=phase) if each.phase == "Suspended" else each
        for each in told.steps
    )
    return msgspec.structs.replace(told, phase=phase, wait=wait, message=message or told.message, steps=steps)


def _leg(known: Known) -> tuple[datetime | None, datetime | None]:
    """When the Workload was queued, and first admitted; the round of queueing before that, as far as seen."""
    turns = known.history.turns
    admitted = next((each.at for each in turns if (each.type, each.status) == (ADMITTED, "True")), None)
    again = [
        each.at
        for each in turns
        if each.type == "Requeued" and each.status == "True" and admitted is not None and each.at <= admitted
    ]
    return max(again, default=known.created), admitted


def _rounds(known: Known) -> int:
    """How often the Workload got its quota: each time is another try of the whole run."""
    seen = sum((each.type, each.status) == (RESERVED, "True") for each in known.history.turns)
    stats = queued_view(known).status.schedulingStats
    evicted = sum(each.count for each in (stats.evictions or ())) if stats is not None else 0
    return max(seen, evicted + (is_true(known, RESERVED) is not None))


def _wait(known: Known, cell: Cell) -> str:
    """What the Workload waits for; "" where it is admitted or over."""
    view = queued_view(known)
    if not known.exists or is_true(known, "Finished") is not None:
        return ""
    if not view.spec.active:
        return "Kueue has deactivated it, and it goes on when spec.active of its Workload is set to true"
    if is_true(known, ADMITTED) is not None:
        return ""
    if is_true(known, RESERVED) is not None:
        checks = [each.name for each in view.status.admissionChecks or () if each.state != "Ready"]
        names = f" {listed(checks)}" if checks else "s"
        return f"{say_queue(known, cell)} has reserved quota; admission check{names} must agree"
    said = condition(known, RESERVED)
    words = short(said.message or said.reason or "") if said is not None else "it has not been looked at yet"
    return f"waits in {say_queue(known, cell)}: {words}"


def _asked(known: Known) -> Requests:
    """What the Workload asks for: of a run that is queued there are no pods."""
    gpus = cpus = memory = 0.0
    for pods in queued_view(known).spec.podSets or ():
        for resource, amount in _of_pod(pods).items():
            cpus += pods.count * amount if resource == "cpu" else 0
            memory += pods.count * amount if resource == "memory" else 0
            gpus += pods.count * amount if is_gpu(resource) else 0
    return Requests(gpus=gpus, cpus=round(cpus, 3), memory_bytes=int(memory))


def _of_pod(pods: PodSet) -> dict[str, float]:
    total: dict[str, float] = {}
    for each in pods.template.spec.containers or ():
        if each.resources is not None:
            for resource, amount in {
                **(each.resources.limits or {}),
                **(each.resources.requests or {}),
            }.items():
                total[resource] = total.get(resource, 0) + quantity(amount)
    return total


def _with_parts(told: Description, parts: list[Known], cell: Cell) -> Description:
    """A run whose pods or inner runs are queued one by one waits for them, where it says nothing better."""
    if told.phase not in WAITING or (told.wait and not told.wait.startswith(GATED)):
        return told
    said = (_wait(each, cell) if each.key == WORKLOAD else group_wait(each) for each in parts)
    return msgspec.structs.replace(told, wait=next(filter(None, said), told.wait))


# --- gangs ----------------------------------------------------------------------------------------------


def _with_groups(told: Description, groups: list[Known]) -> Description:
    """PodGroups: queued when the first was made, admitted when all of them had a place."""
    placed = [placed_at(each) for each in groups]
    times = [each for each in placed if each is not None]
    waits = [wait for each in groups if (wait := group_wait(each))]
    said = not told.wait or told.wait.startswith(GATED)
    return msgspec.structs.replace(
        told,
        queued=told.queued or groups[0].created,
        admitted=told.admitted or (max(times) if len(times) == len(groups) else None),
        wait=waits[0] if waits and said and told.phase in WAITING else told.wait,
    )
