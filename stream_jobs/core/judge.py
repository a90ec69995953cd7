"""From what was touched to what is new: findings, their causes, and the rows that changed by it."""

import hashlib
from collections.abc import Iterator
from typing import TypeVar

import msgspec

from schemas.contracts import Anomaly, Edit, Session
from stream_jobs.core.anomalies import anomaly_row, hit_sessions, roots_of
from stream_jobs.core.blame import blame, set_cause, spots
from stream_jobs.core.causes import root_of
from stream_jobs.core.cell import Cell
from stream_jobs.core.failures import failures_of
from stream_jobs.core.finding import Finding
from stream_jobs.core.good_runs import note_run
from stream_jobs.core.identify import place_all
from stream_jobs.core.known import Known
from stream_jobs.core.references import addresses
from stream_jobs.core.remember import set_timer
from stream_jobs.core.runs.work import rivals, tries
from stream_jobs.core.sessions import describe, session_row
from stream_jobs.core.signs.node_marks import counts_pods

Row = TypeVar("Row", Session, Anomaly)


class Judgement(msgspec.Struct, frozen=True):
    """The rows that are new or changed."""

    sessions: tuple[Session, ...]
    anomalies: tuple[Anomaly, ...]
    edits: tuple[Edit, ...]


def judge(cell: Cell) -> Judgement:
    """Judge all that was touched since the last call, and its neighbours where it moved.

    A function of the cell's state: judging the same state again returns nothing new.
    """
    cell.memo.clear()
    uids = _neighbourhood(cell)
    sessions = place_all(cell, uids)
    _describe(cell, sessions)
    compared = {other for session in sessions & cell.members.keys() for other in note_run(cell, session)}
    uids = sorted({*uids, *(uid for session in compared for uid in cell.members[session])})
    stirred: set[str] = set()
    changed = {mark for uid in uids for mark in _find(cell, cell.objects[uid], stirred)}
    changed |= blame(cell, uids, stirred)
    hit = {session for mark in changed if mark in cell.marks for session in hit_sessions(cell, mark)}
    _describe(cell, hit - sessions)
    sessions |= compared | hit
    concerned = {chained for session in sessions for chained in roots_of(cell, session)}
    found = Judgement(
        sessions=tuple(_session_rows(cell, sessions)),
        anomalies=tuple(_anomaly_rows(cell, changed | concerned | _of_gone(cell))),
        edits=tuple(_edit_rows(cell)),
    )
    cell.touched.clear()
    cell.moved.clear()
    cell.edits.clear()
    cell.memo.clear()
    return found


def _describe(cell: Cell, sessions: set[str]) -> None:
    for session in sessions & cell.members.keys():
        cell.described[session] = describe(cell, session)


# --- what to judge --------------------------------------------------------------------------------------


def _neighbourhood(cell: Cell) -> list[str]:
    """Touched objects, their owners, and, for what moved, all that points at it. In a stable order."""
    wanted = {uid for uid in cell.touched if uid in cell.objects}
    for uid in list(wanted):
        known = cell.objects[uid]
        wanted.update(each.uid for each in cell.owners(known))
        if uid in cell.moved:
            wanted.update(user for address in addresses(known) for user in cell.users.get(address, ()))
            wanted.update(each.uid for each in cell.descendants(known))
            wanted.update(each.uid for each in cell.uses(known) if _judged_by_users(each, cell))
            wanted.update(each.uid for each in tries(cell, known))
            wanted.update(each.uid for job in (known, *cell.owners(known)) for each, _ in rivals(cell, job))
    return sorted(wanted & cell.objects.keys())


def _judged_by_users(known: Known, cell: Cell) -> bool:
    """A claim is judged by who uses it; what was edited, was ill, or takes them along, by how they fared."""
    if known.key == "Namespace" and (known.history.asked is not None or not known.exists):
        return True
    return known.key == "PersistentVolumeClaim" or bool(known.edits) or counts_pods(known, cell)


def _find(cell: Cell, known: Known, stirred: set[str]) -> set[str]:
    """Judge one object by every failure of its kind; return the ids of the anomalies that changed.

    The uids at which findings came, changed or went are added to `stirred`.
    """
    now: list[Finding] = []
    for failure in failures_of(known.key):
        for found in failure.find(known, cell):
            if isinstance(found, Finding):
                now.append(msgspec.structs.replace(found, failure=failure.id))
            else:
                set_timer(cell, found.at, known.uid)
    return _note(cell, known, tuple(now), stirred)


def _of_gone(cell: Cell) -> set[str]:
    """The anomalies of objects that went away: they are over with them, though nothing else was found."""
    gone = (uid for uid in cell.moved if uid in cell.objects and not cell.objects[uid].exists)
    return {mark for uid in gone for mark in cell.marks_at.get(uid, ())}


def _note(cell: Cell, known: Known, now: tuple[Finding, ...], stirred: set[str]) -> set[str]:
    """Put an object's findings in the place of those before."""
    before = cell.findings.get(known.uid, ())
    if now == before:
        return set()
    gone = {anomaly_id(cell, known, each): each for each in before}
    here = {anomaly_id(cell, known, each): each for each in now}
    blamed = {each for mark in gone.keys() - here.keys() for each in root_of(cell, mark)}
    for finding in (*before, *now):
        stirred.update(spots(cell, known.uid, finding))
    for mark, finding in gone.items():
        _unmark(cell, mark, known.uid, finding)
    for mark, finding in here.items():
        cell.marks.setdefault(mark, {})[known.uid] = finding
        for spot in spots(cell, known.uid, finding):
            cell.marks_at.setdefault(spot, set()).add(mark)
    cell.findings[known.uid] = now
    if not now:
        del cell.findings[known.uid]
    return blamed | {mark for mark in {**gone, **here} if gone.get(mark) != here.get(mark)}


def anomaly_id(cell: Cell, known: Known, finding: Finding) -> str:
    """Return the anomaly's identity: 16 hex digits of (cluster, failure, subject, occurrence)."""
    subject = finding.subject or known.ref
    name = subject.uid or f"{subject.group}/{subject.kind}/{subject.namespace}/{subject.name}"
    text = f"{cell.cluster}\0{finding.failure}\0{name}\0{finding.occurrence}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _unmark(cell: Cell, mark: str, uid: str, finding: Finding) -> None:
    judged = cell.marks.get(mark, {})
    judged.pop(uid, None)
    for spot in spots(cell, uid, finding):
        if not any(spot in spots(cell, other, each) for other, each in judged.items()):
            cell.marks_at.get(spot, set()).discard(mark)
    if not judged:
        cell.marks.pop(mark, None)
        set_cause(cell, mark, None)


# --- rows -----------------------------------------------------------------------------------------------


def _session_rows(cell: Cell, sessions: set[str]) -> Iterator[Session]:
    for session in sorted(sessions):
        if session in cell.members:
            yield from _if_new(cell, f"s/{session}", session_row(cell, session))
        elif (old := _forget_row(cell, f"s/{session}")) is not None:
            cell.described.pop(session, None)
            row = msgspec.json.decode(old, type=Session)
            yield msgspec.structs.replace(row, withdrawn=True, version=cell.version)


def _anomaly_rows(cell: Cell, marks: set[str]) -> Iterator[Anomaly]:
    for mark in sorted(marks):
        if mark in cell.marks:
            yield from _if_new(cell, f"a/{mark}", anomaly_row(cell, mark))
        elif (old := _forget_row(cell, f"a/{mark}")) is not None:
            row = msgspec.json.decode(old, type=Anomaly)
            yield msgspec.structs.replace(row, state="withdrawn", version=cell.version)


def _edit_rows(cell: Cell) -> Iterator[Edit]:
    for edit in cell.edits:
        homes = {home for user in _users(cell, edit.ref.uid) for home in cell.homes.get(user, ())}
        yield msgspec.structs.replace(edit, version=cell.version, sessions=tuple(sorted(homes)))


def _users(cell: Cell, uid: str) -> set[str]:
    known = cell.objects[uid]
    return {uid, *(each.uid for each in cell.used_by(known))}


def _if_new(cell: Cell, key: str, row: Row) -> Iterator[Row]:
    """Yield the row where it says something else than the one sent before, whatever its version."""
    text = msgspec.json.encode(row)
    if cell.sent.get(key) == text:
        return
    cell.sent[key] = text
    cell.dirty.add(key)
    yield msgspec.structs.replace(row, version=cell.version)


def _forget_row(cell: Cell, key: str) -> bytes | None:
    old = cell.sent.pop(key, None)
    if old is not None:
        cell.dirty.add(key)
    return old
