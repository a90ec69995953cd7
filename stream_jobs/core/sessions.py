"""One session as a row: the engine's description, and the verdict where it is not well."""

from schemas.contracts import ENDED, SEVERITIES, Evidence, PathStep, Ref, Session, Verdict
from stream_jobs.core.anomalies import cured_at, marks_of, weigh
from stream_jobs.core.causes import root_of
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import Description
from stream_jobs.core.engines import all_engines
from stream_jobs.core.failures import by_id
from stream_jobs.core.finding import summary
from stream_jobs.core.good_runs import differences
from stream_jobs.core.lineage import infer_parent
from stream_jobs.core.runs.queueing import queued
from stream_jobs.core.signs.namespaces import with_namespace
from stream_jobs.core.twins import alike
from stream_jobs.core.unseen import blind, uncollected

EVIDENCE_LIMIT = 12
EXAMPLES = 3
FAILED = frozenset({"Failed", "Error"})


def describe(cell: Cell, session: str) -> Description:
    """Ask the session's engine how it stands, and its queue."""
    run = cell.runs[session]
    engine = next(each for each in all_engines() if each.name == run.engine)
    members = [cell.objects[uid] for uid in cell.members[session] if uid in cell.objects]
    members.sort(key=lambda each: (each.created or each.first_seen, each.uid))
    told = queued(engine.describe(members, cell), members, cell)
    return with_namespace(cell, run.namespace, told)


def session_row(cell: Cell, session: str) -> Session:
    """Return the session's row, with version 0."""
    run = cell.runs[session]
    told = cell.described[session]
    guess = infer_parent(cell, session, told) if not run.parent else None
    return Session(
        cluster=cell.cluster,
        id=session,
        version=0,
        engine=run.engine,
        namespace=run.namespace,
        parent=guess.session if guess else run.parent,
        link="inferred" if guess else run.link,
        link_score=guess.score if guess else 1.0,
        verdict=verdict(cell, session),
        **{field: getattr(told, field) for field in told.__struct_fields__},
    )


def verdict(cell: Cell, session: str) -> Verdict | None:
    """Return what to say about a session that is not well: the root first, then the path to what one sees."""
    told = cell.described[session]
    chains = sorted(
        (_merit(cell, told, chain), chain)
        for mark in marks_of(cell, session)
        if (chain := root_of(cell, mark))
        and (_matters(cell, told, mark, chain[0]) or _meant(cell, told, chain[0]))
    )
    if not chains:
        return _unexplained(cell, session) if told.phase in FAILED else None
    best = chains[0][1]
    others = {chain[0] for _, chain in chains} - {best[0]}
    root, twins = summary(cell, best[0]), alike(cell, best[0])
    failure = by_id()[root.failure]
    findings = [summary(cell, mark) for mark in best]
    gaps = blind(cell, told, max((each.since for each in findings if each.since), default=None))
    evidence = dict.fromkeys(each for finding in findings for each in finding.evidence)
    return Verdict(
        failure=root.failure,
        anomaly=best[0],
        title=root.says,
        explanation=root.explanation or failure.says,
        path=tuple(_path_step(cell, mark) for mark in best),
        evidence=tuple(evidence)[:EVIDENCE_LIMIT],
        playbook=(*root.playbook, *failure.playbook),
        instances=len(twins),
        examples=tuple(_subject(cell, mark) for mark in twins[:EXAMPLES]) if len(twins) > 1 else (),
        confidence=round(min(each.confidence for each in findings) * (0.8 if gaps else 1.0), 2),
        also=tuple(sorted(others)),
        differs=_differences(cell, session, told),
        checked=(*gaps, *uncollected(cell, session, told)),
    )


def _matters(cell: Cell, told: Description, mark: str, root: str) -> bool:
    """Whether it is worth a verdict: of a run that succeeded only what lasts is, whoever else suffers."""
    if weigh(cell, root) == "info":
        return False
    if by_id()[summary(cell, root).failure].lasting:
        return True
    return told.phase != "Succeeded" and weigh(cell, mark) not in ("info", "low")


def _meant(cell: Cell, told: Description, root: str) -> bool:
    """Whether it is why the run waits, waited or ended, though that was meant so: no more than a note."""
    finding = summary(cell, root)
    failure = by_id()[finding.failure]
    if not failure.on_purpose or (finding.severity or failure.severity) != "info":
        return False
    return failure.lasting or (told.phase not in ENDED and cured_at(cell, root) is None)


def _merit(
    cell: Cell, told: Description, chain: tuple[str, ...]
) -> tuple[bool, bool, bool, int, float, str, int, int]:
    """Sort key, best first: no note, ends at the run itself, not cured, severe, early; told once, in full."""
    findings = [summary(cell, mark) for mark in chain]
    root = findings[0]
    severity = SEVERITIES.index(root.severity or by_id()[root.failure].severity)
    since = root.since.timestamp() if root.since else 0.0
    repeated = len(chain) - len({each.failure for each in findings})
    away = told.phase in FAILED and not _ends_at_run(cell, told, chain[-1])
    cured = any(cured_at(cell, each) is not None for each in (chain[0], chain[-1]))
    note = weigh(cell, chain[0]) == "info"
    return (note, away, cured, severity, since, chain[0], repeated, -len(chain))


def _ends_at_run(cell: Cell, told: Description, mark: str) -> bool:
    """Whether the anomaly is one of the run itself, which may be no object of its own (a DagRun)."""
    subject = summary(cell, mark).subject
    named = subject is not None and (subject.kind, subject.name) == (told.kind, told.name)
    return named or told.uid in cell.marks[mark]


def _path_step(cell: Cell, mark: str) -> PathStep:
    finding = summary(cell, mark)
    return PathStep(
        anomaly=mark,
        failure=finding.failure,
        subject=_subject(cell, mark),
        title=finding.says,
        since=finding.since,
    )


def _subject(cell: Cell, mark: str) -> Ref:
    judged = cell.objects[min(cell.marks[mark])]
    return summary(cell, mark).subject or judged.ref


def _unexplained(cell: Cell, session: str) -> Verdict:
    """Nothing matched: say so, and what was looked at."""
    told = cell.described[session]
    members = [cell.objects[uid] for uid in cell.members[session]]
    pods = [each for each in members if each.key == "Pod"]
    events = sum(len(cell.events(each)) for each in members)
    checked = [f"{len(members)} objects of the run, {len(pods)} of them pods, and {events} events"]
    evidence = tuple(
        Evidence(at=each.deleted or each.seen, ref=each.ref, says=told.message)
        for each in members
        if each.uid == told.uid and told.message
    )
    return Verdict(
        failure="",
        differs=_differences(cell, session, told),
        title="Not explained by Kubernetes data" + (f": {told.message}" if told.message else ""),
        evidence=evidence,
        playbook=(
            "Read the logs of the failed step: Kubernetes knows that a container died, not what it did",
        ),
        checked=(*checked, *blind(cell, told, told.ended), *uncollected(cell, session, told)),
    )


def _differences(cell: Cell, session: str, told: Description) -> tuple[str, ...]:
    """What the run does otherwise than the newest good one of its definition."""
    return tuple(each.says() for each in differences(cell, session, told))[:EVIDENCE_LIMIT]
