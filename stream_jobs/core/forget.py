"""Let go of what is over: the store keeps it, the cell needs it no longer."""

from datetime import datetime, timedelta

from stream_jobs.core.anomalies import unfinished
from stream_jobs.core.cell import Cell, involved
from stream_jobs.core.good_runs import KEEP as KEEP_GOOD
from stream_jobs.core.good_runs import definition_key
from stream_jobs.core.known import Known
from stream_jobs.core.references import target

KEEP = timedelta(hours=24)  # after this, nothing that still happens is judged by it
EVERY = timedelta(minutes=10)  # of cell time, between two looks


def forget(cell: Cell) -> None:
    """Drop deleted objects, and runs of which nothing is left, a day after; old events too.

    Rows that were sent stay as they are in the store: being forgotten withdraws nothing.
    """
    now = cell.time
    if now is None or (cell.swept is not None and now - cell.swept < EVERY):
        return
    cell.swept = now
    limit = now - KEEP
    for known in [each for each in cell.objects.values() if _over(cell, each, limit)]:
        _drop(cell, known)
    _forget_events(cell, limit)
    oldest = now - KEEP_GOOD
    for key in [each for each, runs in cell.good_runs.items() if not runs or runs[-1].ended < oldest]:
        del cell.good_runs[key]
        cell.dirty.add(f"g/{key}")


def _forget_events(cell: Cell, limit: datetime) -> None:
    for key, holder in list(cell.sightings.items()):
        old = [uid for uid, sighting in holder.items() if sighting.last < limit]
        for uid in old:
            del holder[uid]
        if old:
            cell.dirty.add(f"e/{key}")
        if not holder:
            del cell.sightings[key]


def _over(cell: Cell, known: Known, limit: datetime) -> bool:
    if known.deleted is None or known.deleted >= limit:
        return False
    for session in cell.homes.get(known.uid, ()):
        members = [cell.objects[uid] for uid in cell.members[session]]
        if unfinished(cell, session) or any(
            each.deleted is None or each.deleted >= limit for each in members
        ):
            return False
    return True


def _drop(cell: Cell, known: Known) -> None:
    uid = known.uid
    del cell.objects[uid]
    cell.dirty.add(f"o/{uid}")
    address = target(known.key, known.namespace, known.name)
    if cell.names.get(address) == uid:
        del cell.names[address]
    cell.kinds[known.key].discard(uid)
    for pointer in cell.pointers.pop(uid, ()):
        users = cell.users[pointer]
        users.discard(uid)
        if not users:
            del cell.users[pointer]
    key = involved(known.key, known.name, uid)
    if cell.sightings.pop(key, None) is not None:
        cell.dirty.add(f"e/{key}")
    cell.findings.pop(uid, None)
    _drop_marks(cell, uid)
    for session in cell.homes.pop(uid, ()):
        members = cell.members[session]
        members.discard(uid)
        if not members:
            _drop_session(cell, session)


def _drop_marks(cell: Cell, uid: str) -> None:
    for mark in cell.marks_at.pop(uid, set()):
        judged = cell.marks.get(mark, {})
        judged.pop(uid, None)
        if judged or mark not in cell.marks:
            continue
        del cell.marks[mark]
        cause = cell.causes.pop(mark, None)
        if cause is not None:
            cell.effects[cause].discard(mark)
        for effect in cell.effects.pop(mark, set()):
            cell.causes.pop(effect, None)
        cell.sent.pop(f"a/{mark}", None)
        cell.dirty.add(f"a/{mark}")


def _drop_session(cell: Cell, session: str) -> None:
    del cell.members[session]
    cell.runs.pop(session, None)
    told = cell.described.pop(session, None)
    if told is not None:
        cell.alike.get(definition_key(session, told), set()).discard(session)
    cell.sent.pop(f"s/{session}", None)
    cell.dirty.add(f"s/{session}")
