"""What later versions of an object hide: ended containers, waits, conditions and phases it went through."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.kubernetes import Condition, ContainerStatus, Node, Pod, View
from stream_jobs.core.known import Exit, History, Offer, Turn, Wait
from stream_jobs.core.quantities import is_gpu, quantity

YEAR_OF_NEVER = 1970  # a StartError "started" then (seen on v1.34.4)
# Termination messages that are Tekton's notes and results, not words; one tells of a step that was skipped.
NOTES = '[{"key":'
NEVER_RAN = '"key":"Reason","value":"Skipped"'
LIMIT = 64  # entries of each list that are kept for one object, newest ones
FIRST = 8  # of its exits, the oldest ones are kept too: what began then must keep its name and time


def extend(history: History, view: View, seen: datetime) -> bool:
    """Add what the version `view` shows; return whether a condition, a phase or an exit is new."""
    news = _phase(history, view, seen)
    news |= _turns(history, view, seen)
    news |= _deletion(history, view)
    if isinstance(view, Pod):
        news |= _containers(history, view, seen)
    elif isinstance(view, Node):
        _offers(history, view, seen)
    return news


def roles(pod: Pod) -> Iterator[tuple[str, ContainerStatus]]:
    """Yield (role, status) of each container: "init", "sidecar", "main", "ephemeral"."""
    if pod.status.initContainerStatuses:
        sidecars = {each.name for each in pod.spec.initContainers or () if each.restartPolicy == "Always"}
        for status in pod.status.initContainerStatuses:
            yield ("sidecar" if status.name in sidecars else "init"), status
    for status in pod.status.containerStatuses or ():
        yield "main", status
    for status in pod.status.ephemeralContainerStatuses or ():
        yield "ephemeral", status


def conditions(view: View) -> tuple[Condition, ...]:
    """The conditions of any object that has some."""
    return getattr(getattr(view, "status", None), "conditions", None) or ()


def _phase(history: History, view: View, seen: datetime) -> bool:
    phase = getattr(getattr(view, "status", None), "phase", None) or ""
    if not isinstance(phase, str) or (history.phases[-1][0] if history.phases else "") == phase:
        return False
    history.phases = [*history.phases, (phase, seen)][-LIMIT:]
    return True


def _turns(history: History, view: View, seen: datetime) -> bool:
    latest = {turn.type: turn for turn in history.turns}
    fresh = []
    for each in conditions(view):
        known = latest.get(each.type)
        if known is not None and (known.status, known.reason) == (each.status, each.reason or ""):
            continue
        at = each.lastTransitionTime or seen
        number = known.number + 1 if known is not None else 0
        fresh.append(Turn(each.type, each.status, each.reason or "", each.message or "", at, seen, number))
    if fresh:
        history.turns = [*history.turns, *fresh][-LIMIT:]
    return bool(fresh)


def _offers(history: History, node: Node, seen: datetime) -> None:
    """A resource that is no longer listed is none."""
    if node.status.allocatable is None:
        return
    now = {key: quantity(amount) for key, amount in node.status.allocatable.items() if is_gpu(key)}
    before = {each.resource: each.amount for each in history.offers}
    fresh = [
        Offer(resource, now.get(resource, 0.0), seen)
        for resource in sorted({*now, *before})
        if before.get(resource) != now.get(resource, 0.0)
    ]
    if fresh:
        history.offers = [*history.offers, *fresh][-LIMIT:]


def _deletion(history: History, view: View) -> bool:
    """Keep the first request: its deletionTimestamp lies in the future by the grace period."""
    meta = view.metadata
    if meta.deletionTimestamp is not None and meta.finalizers:
        history.held = meta.finalizers
    if meta.deletionTimestamp is None or history.asked is not None:
        return False
    history.due = meta.deletionTimestamp
    history.asked = meta.deletionTimestamp - timedelta(seconds=meta.deletionGracePeriodSeconds or 0)
    return True


def _containers(history: History, pod: Pod, seen: datetime) -> bool:
    news = False
    for role, status in roles(pod):
        for ended in _exits(role, status, seen):
            news |= _add_exit(history, ended)
        news |= _waits(history, role, status, min(seen, _began(history, pod, role, status) or seen))
    return news


def _began(history: History, pod: Pod, role: str, status: ContainerStatus) -> datetime | None:
    """Since when a container that was not seen before may have waited as it does; None where it was seen."""
    if any(each.container == status.name for each in history.waits):
        return None
    last = status.lastState.terminated if status.lastState is not None else None
    if last is not None or status.restartCount:
        return last.finishedAt if last is not None else None
    marks = ("PodScheduled",) if role == "init" else ("PodScheduled", "Initialized")
    turned = [
        each.lastTransitionTime
        for each in pod.status.conditions or ()
        if each.type in marks and each.status == "True" and each.lastTransitionTime is not None
    ]
    return max(turned, default=None)


def _exits(role: str, status: ContainerStatus, seen: datetime) -> Iterator[Exit]:
    state = status.state
    waiting = state is None or state.waiting is not None
    for container_state, restart in (
        (status.lastState, status.restartCount if waiting else status.restartCount - 1),
        (state, status.restartCount),
    ):
        ended = container_state.terminated if container_state is not None else None
        if ended is None or NEVER_RAN in (ended.message or ""):
            continue
        started = ended.startedAt
        yield Exit(
            status.name,
            role,
            max(restart, 0),
            ended.exitCode,
            ended.reason or "",
            "" if (ended.message or "").startswith(NOTES) else ended.message or "",
            None if started is None or started.year <= YEAR_OF_NEVER else started,
            ended.finishedAt,
            seen,
        )


def _add_exit(history: History, ended: Exit) -> bool:
    """Keep each life once. Two reports of one life agree in container and end, and in code."""
    for known in history.exits:
        if known.container == ended.container and (
            (known.ended == ended.ended and known.code == ended.code) or known.restart == ended.restart
        ):
            return False
    kept = [*history.exits, ended]
    history.exits = kept if len(kept) <= LIMIT else [*kept[:FIRST], *kept[FIRST + 1 :]]
    return True


def _waits(history: History, role: str, status: ContainerStatus, seen: datetime) -> bool:
    waiting = status.state.waiting if status.state is not None else None
    reason = (waiting.reason or "") if waiting is not None else ""
    news = False
    current = None
    for wait in history.waits:
        if wait.container != status.name:
            continue
        if wait.reason == reason:
            current = wait
        elif wait.until is None:
            wait.until = seen
            news = True
    if waiting is None or not reason:
        return news
    if current is None:
        wait = Wait(status.name, role, reason, waiting.message or "", seen, None, status.restartCount)
        history.waits = [*history.waits, wait][-LIMIT:]
        return True
    news |= current.until is not None
    current.until = None
    current.message = waiting.message or current.message
    return news
