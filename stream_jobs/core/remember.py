"""Put one input into the cell: the newest view of the object, its history, edits and events."""

import heapq
import sys
from datetime import datetime

from schemas.contracts import Change, Gap, Input, Progress, Ref
from schemas.kubernetes import Event, Node, ObjectReference, Pod, View, kind_key
from stream_jobs.core import edits, history
from stream_jobs.core.cell import Cell, involved
from stream_jobs.core.decode import decode, decode_event
from stream_jobs.core.known import Covered, Known, Sighting
from stream_jobs.core.leads import points
from stream_jobs.core.unseen import NEEDED

COMBINED = "(combined from similar events): "
EVENTS_LIMIT = 200  # events of one object that are kept, newest ones
EDITS_LIMIT = 50
GAPS_LIMIT = 200


def remember(cell: Cell, given: Input) -> None:
    """Fold one input into the cell. A repeat, or a version older than what is known, changes nothing.

    Raises msgspec.ValidationError where the object is not of its kind's shape; the cell is then as before.
    """
    if isinstance(given, Change):
        changed = _event(cell, given) if given.kind == "Event" and given.group == "" else _object(cell, given)
    elif isinstance(given, Progress):
        changed = _progress(cell, given)
    else:
        changed = _gap(cell, given)
    if changed:
        cell.version = max(cell.version + 1, int(given.observed_at.timestamp() * 1_000_000))
        cell.dirty.add("head")


# --- objects --------------------------------------------------------------------------------------------


def _object(cell: Cell, change: Change) -> bool:
    known = cell.objects.get(change.uid)
    cell.touched.add(change.uid)  # a repeat is judged again: it may come again because nothing was sent
    if known is not None and not _newer(change, known):
        return False
    bare = change.verb == "vanished" and len(change.object) <= 2  # nothing came with an inferred delete
    view = known.view if bare and known is not None else decode(change)
    fresh = known is None
    if known is None:
        known = _first(change, view)
        cell.objects[change.uid] = known
    before = known.view
    known.packed = known.pattern = b""
    pointed = cell.pointers.get(change.uid)
    edited = _edits(cell, known, change) if change.verb not in ("deleted", "vanished") else 0
    _take(known, change, view)
    news = history.extend(known.history, view, change.observed_at)
    cell.index(known)
    ended = not known.exists
    repointed = pointed != cell.pointers.get(change.uid)
    if fresh or news or edited or ended or repointed or _neighbours_care(before, view):
        cell.moved.add(change.uid)
    cell.dirty.add(f"o/{change.uid}")
    return True


def _newer(change: Change, known: Known) -> bool:
    order = (change.epoch, change.resource_version)
    if change.verb == "vanished":
        return known.exists and order >= known.order
    if change.verb == "deleted" and known.exists and order >= known.order:
        return True
    if change.resource_version == 0 and known.resource_version == 0:  # a dump without versions
        return change.observed_at > known.seen
    return order > known.order


def _first(change: Change, view: View) -> Known:
    return Known(
        change.group,
        change.kind,
        change.namespace,
        change.name,
        change.uid,
        view,
        change.observed_at,
        change.observed_at,
        listed=change.verb == "listed",
    )


def _take(known: Known, change: Change, view: View) -> None:
    known.view = view
    known.created = view.metadata.creationTimestamp
    known.seen = change.observed_at
    known.epoch, known.resource_version = change.epoch, change.resource_version
    known.managers = change.managers or known.managers
    known.deleted = change.observed_at if change.verb in ("deleted", "vanished") else None
    known.vanished = change.verb == "vanished"


def _edits(cell: Cell, known: Known, change: Change) -> int:
    """Compare with the version before; return how many fields changed."""
    if known.key in edits.QUIET:
        return 0
    now = edits.written(bytes(change.object))
    found = []
    if known.written:  # else it is the first version
        before = edits.Before(known.written, known.managers, known.seen)
        found = list(edits.compare(change, before, now))
    known.written = now
    if found:
        known.edits = [*known.edits, *found][-EDITS_LIMIT:]
        cell.edits.extend(found)
    return len(found)


def _neighbours_care(before: View, now: View) -> bool:
    """Whether others are judged by what changed.

    Pods that wait are judged by the room that nodes offer, claims by what the scheduler says of their pods.
    """
    if isinstance(before, Node) and isinstance(now, Node):
        return before.status.allocatable != now.status.allocatable or before.spec != now.spec
    return isinstance(before, Pod) and _refusal(before) != _refusal(now)


def _refusal(view: View) -> str | None:
    return next((each.message for each in history.conditions(view) if each.type == "PodScheduled"), None)


# --- events ---------------------------------------------------------------------------------------------


def _event(cell: Cell, change: Change) -> bool:
    event = decode_event(change)
    about = event.involvedObject
    key = involved(kind_key(about.group, about.kind), about.name, about.uid)
    holder = cell.sightings.setdefault(key, {})
    known = holder.get(change.uid)
    order = (change.epoch, change.resource_version)
    if change.verb in ("deleted", "vanished") or (known is not None and known.order >= order):
        _touch_involved(cell, key, event.reason or "")
        return False  # events expire after an hour; what they said stays true
    told = holder[change.uid] = sighting(change, event, known)
    cell.memo.pop(("events", key), None)
    if len(holder) > EVENTS_LIMIT:
        oldest = min(holder.values(), key=lambda each: (each.last, each.uid))
        del holder[oldest.uid]
    _touch_involved(cell, key, event.reason or "")
    if key in cell.objects and points(cell.objects[key].key, told):
        cell.index(cell.objects[key])  # it points at what the event tells of
    cell.dirty.add(f"e/{key}")
    return True


def _touch_involved(cell: Cell, key: str, reason: str) -> None:
    uid = key if key in cell.objects else cell.names.get(key)
    if uid is not None:
        cell.touched.add(uid)
        known = cell.objects[uid]
        # claims are judged by their events for their pods, Services by what probes say of theirs; owners
        # tell of pods that they delete
        if known.key == "PersistentVolumeClaim" or "Delete" in reason or reason == "Unhealthy":
            cell.moved.add(uid)


def sighting(change: Change, event: Event, known: Sighting | None) -> Sighting:
    """Return the compact form of an event. Times: see failures.md, "where an Event says who sent it"."""
    series = event.series
    created = event.metadata.creationTimestamp or change.observed_at
    first = event.firstTimestamp or event.eventTime or created
    last = (series.lastObservedTime if series else None) or event.lastTimestamp or event.eventTime or first
    source = event.source.component if event.source else None
    path = event.involvedObject.fieldPath
    return Sighting(
        uid=change.uid,
        reason=sys.intern(event.reason or ""),
        message=(event.message or "").removeprefix(COMBINED),
        component=sys.intern(source or event.reportingComponent or ""),
        type=sys.intern(event.type or ""),
        first=min(first, known.first) if known else first,
        last=last,
        count=event.count or (series.count if series else 0) or 1,
        related=_ref(event.related),
        container=path.partition("{")[2].rstrip("}"),
        order=(change.epoch, change.resource_version),
    )


def _ref(reference: ObjectReference | None) -> Ref | None:
    if reference is None:
        return None
    return Ref(
        kind=reference.kind,
        namespace=reference.namespace,
        name=reference.name,
        uid=reference.uid,
        group=reference.group,
    )


# --- progress and gaps ----------------------------------------------------------------------------------


def _progress(cell: Cell, progress: Progress) -> bool:
    key = kind_key(progress.group, progress.kind)
    covered = cell.covered.get(key)
    if covered is None:
        covered = cell.covered[key] = Covered(progress.until, progress.until)
        if progress.namespace:
            covered.namespaces = {progress.namespace}
        _judge_users(cell, key)
    elif progress.until <= covered.until and (
        not covered.namespaces or progress.namespace in covered.namespaces
    ):
        return False
    covered.until = max(covered.until, progress.until)
    if progress.namespace and covered.namespaces:
        if progress.namespace not in covered.namespaces:
            _judge_users(cell, key)
        covered.namespaces.add(progress.namespace)
    elif not progress.namespace:
        covered.namespaces = set()
    ring(cell)
    return True


def _judge_users(cell: Cell, key: str) -> None:
    """All of a kind is known now: whoever points at it may be missing it, and verdicts say what was not."""
    if key in NEEDED:
        cell.touched |= cell.homes.keys()
    for pointer, uids in cell.users.items():
        if pointer.startswith(f"{key}/"):
            cell.touched |= uids


def ring(cell: Cell) -> None:
    """Touch every object whose timer has run out in cell time."""
    now = cell.time
    while now is not None and cell.timers and cell.timers[0][0] <= now:
        _, uid = heapq.heappop(cell.timers)
        cell.touched.add(uid)


def set_timer(cell: Cell, at: datetime, uid: str) -> None:
    """Have the object judged again when cell time reaches `at`."""
    heapq.heappush(cell.timers, (at, uid))


def _gap(cell: Cell, gap: Gap) -> bool:
    if gap in cell.gaps:
        return False
    cell.gaps = sorted([*cell.gaps, gap], key=lambda each: (each.until, each.resource))[-GAPS_LIMIT:]
    return True
