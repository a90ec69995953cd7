"""What a replayed recording tells, as a text that a person can review.

`python -m tests.support.story` writes story.txt beside each recording in scope.
"""

from collections.abc import Iterator

from schemas.contracts import Anomaly, Session, Step
from tests.support.recordings import Rows, folder, in_scope, replayed


def story(rows: Rows) -> str:
    """Return the sessions with steps and verdict, then the anomalies; no times, so that one can read it."""
    lines: list[str] = []
    for session in sorted(
        rows.shown_sessions, key=lambda each: (each.cluster, each.namespace, each.name, each.id)
    ):
        lines += [*_session(session), ""]
    lines.append("Anomalies")
    order = sorted(
        rows.shown_anomalies,
        key=lambda each: (each.cluster, each.subject.namespace, each.failure, each.title, each.id),
    )
    lines += [_anomaly(each, rows) for each in order] or ["  none"]
    return "\n".join(lines) + "\n"


def _session(session: Session) -> Iterator[str]:
    parent = f", part of {session.parent.split('/')[1]}" if session.parent else ""
    gone = ", deleted" if session.deleted else ""
    where = f"{session.engine} {session.kind} {session.cluster} {session.namespace}/{session.name}"
    yield f"{where}: {session.phase}{gone}{parent}"
    if session.wait:
        yield f"  waits: {session.wait}"
    yield from (f"  step {line}" for step in session.steps for line in _step(step))
    verdict = session.verdict
    if verdict is not None:
        yield f"  verdict: {verdict.title}"
        for place in verdict.path:
            yield f"    {place.failure}: {place.subject.kind} {place.subject.name}"
        yield from (f"    checked: {each}" for each in verdict.checked)


def _step(step: Step) -> Iterator[str]:
    after = f" after {', '.join(step.after)}" if step.after else ""
    yield f"{step.name}: {step.phase}{after}{' - ' + step.message if step.message else ''}"
    for attempt in step.attempts:
        ended = f", exit {attempt.exit_code}" if attempt.exit_code is not None else ""
        reason = f", {attempt.reason}" if attempt.reason else ""
        where = f"{attempt.pod} on {attempt.node or 'no node'}"
        yield f"  try {attempt.number}: {attempt.phase} {where}{ended}{reason}"


def _anomaly(each: Anomaly, rows: Rows) -> str:
    cause = rows.anomalies.get(each.cause or "")
    why = "root" if each.root else f"because of {cause.failure if cause else each.cause}"
    what = f"{each.failure} {each.subject.kind} {each.subject.name}"
    return f"  {each.severity} {each.state} {what}: {each.title} ({why})"


if __name__ == "__main__":
    for scenario in in_scope():
        (folder(scenario) / "story.txt").write_text(story(replayed(scenario)))
