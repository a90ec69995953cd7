"""One anomaly as a row: its findings merged, weighed by the sessions it hits."""

from datetime import datetime, timedelta

from schemas.contracts import ENDED, SEVERITIES, Anomaly, Evidence, Severity
from schemas.kubernetes import Pod
from stream_jobs.core.causes import root_of
from stream_jobs.core.cell import Cell
from stream_jobs.core.failures import by_id
from stream_jobs.core.finding import Finding, summary
from stream_jobs.core.twins import alike

EVIDENCE_LIMIT = 8
INFO = SEVERITIES.index("info")
SERVICES = frozenset({"ReplicaSet", "StatefulSet", "DaemonSet"})  # their controllers replace pods at once
LEFT_OVER = timedelta(hours=1)  # before watching began


def anomaly_row(cell: Cell, mark: str) -> Anomaly:
    """Return the anomaly's row, with version 0."""
    finding = summary(cell, mark)
    failure = by_id()[finding.failure]
    judged = cell.objects[next(iter(sorted(cell.marks[mark])))]
    until = ended(cell, mark)
    cause = cell.causes.get(mark)
    return Anomaly(
        cluster=cell.cluster,
        id=mark,
        version=0,
        failure=failure.id,
        severity=weigh(cell, mark),
        state="open" if until is None else "closed",
        root=cause is None,
        cause=cause,
        subject=finding.subject or judged.ref,
        occurrence=finding.occurrence,
        sessions=tuple(sorted(hit_sessions(cell, mark))),
        since=finding.since,
        until=until,
        title=finding.says,
        explanation=finding.explanation or failure.says,
        playbook=(*finding.playbook, *failure.playbook),
        evidence=_evidence(cell, mark),
        confidence=finding.confidence,
        instances=len(alike(cell, mark)),
        runbook=f"docs/failures/{failure.id}.md",
        rule=failure.rule,
    )


def ended(cell: Cell, mark: str) -> datetime | None:
    """When it was over: as the findings say; else with its objects, or with the success of its sessions."""
    cured = cured_at(cell, mark)
    if cured is not None:
        return cured
    judged = [cell.objects[uid] for uid in cell.marks[mark]]
    if all(not known.exists for known in judged):
        return max(known.deleted for known in judged if known.deleted is not None)
    told = [cell.described[each] for each in hit_sessions(cell, mark) if each in cell.described]
    if told and all(each.phase == "Succeeded" and each.ended is not None for each in told):
        over = max(each.ended for each in told if each.ended is not None)
        since = summary(cell, mark).since
        return max(over, since) if since is not None else over
    return None


def cured_at(cell: Cell, mark: str) -> datetime | None:
    """When the last of its findings ended; None while one goes on."""
    times = [finding.until for finding in cell.marks[mark].values()]
    return max(time for time in times if time is not None) if all(times) else None


def weigh(cell: Cell, mark: str) -> Severity:
    """Return the severity in context: what healed by itself is info, what no session needs one less."""
    finding = summary(cell, mark)
    failure = by_id()[finding.failure]
    rank = SEVERITIES.index(finding.severity or failure.severity)
    hit = hit_sessions(cell, mark)
    if not failure.lasting and (_harmless(cell, mark, hit) or _is_left_over(cell, mark)):
        return "info"
    if not hit and not failure.lasting:
        rank = min(rank + 1, INFO - 1 if rank < INFO else INFO)
    return SEVERITIES[rank]


def _harmless(cell: Cell, mark: str, hit: set[str]) -> bool:
    phases = [cell.described[each].phase for each in hit if each in cell.described]
    if phases and all(phase == "Succeeded" for phase in phases):
        return True
    if cured_at(cell, mark) is None:
        return False
    effects = _all_effects(cell, mark)
    return all(cured_at(cell, effect) is not None for effect in effects)


def _is_left_over(cell: Cell, mark: str) -> bool:
    """Whether it is of pods that services have long replaced: what failed stays until it is cleaned up."""
    since = summary(cell, mark).since
    judged = [cell.objects[uid] for uid in cell.marks[mark]]
    return since is not None and all(
        isinstance(known.view, Pod)
        and known.view.status.phase == "Failed"
        and known.first_seen - since > LEFT_OVER
        and any(each.kind in SERVICES for each in known.view.metadata.ownerReferences or ())
        for known in judged
    )


def hit_sessions(cell: Cell, mark: str) -> set[str]:
    """The sessions of the judged and the hurt objects, and those of all that it caused."""
    found: set[str] = set()
    for each in (mark, *_all_effects(cell, mark)):
        for uid, finding in cell.marks.get(each, {}).items():
            found.update(cell.homes.get(uid, ()))
            for hurt in finding.hits:
                found.update(cell.homes.get(hurt, ()))
    return found


def _all_effects(cell: Cell, mark: str) -> list[str]:
    found: list[str] = []
    waiting = [mark]
    while waiting:
        for effect in sorted(cell.effects.get(waiting.pop(), ())):
            if effect != mark and effect not in found:
                found.append(effect)
                waiting.append(effect)
    return found


def _evidence(cell: Cell, mark: str) -> tuple[Evidence, ...]:
    findings: list[Finding] = [cell.marks[mark][uid] for uid in sorted(cell.marks[mark])]
    every = dict.fromkeys(each for finding in findings for each in finding.evidence)
    return tuple(every)[:EVIDENCE_LIMIT]


def marks_of(cell: Cell, session: str) -> set[str]:
    """The anomalies that the session's objects have or suffer from; not what they did to others."""
    return {
        mark
        for uid in cell.members.get(session, ())
        for mark in cell.marks_at.get(uid, ())
        if uid in cell.marks[mark] or any(uid in each.hits for each in cell.marks[mark].values())
    }


def roots_of(cell: Cell, session: str) -> set[str]:
    """The roots of the session's anomalies, wherever they lie."""
    return {each for mark in marks_of(cell, session) for each in root_of(cell, mark)}


def unfinished(cell: Cell, session: str) -> bool:
    """Whether the session still goes on."""
    told = cell.described.get(session)
    return told is not None and told.phase not in ENDED
