"""Recordings of real clusters tell what is true of them: sessions, outcomes, root causes, and silence."""

from typing import Any

import pytest

from schemas.contracts import Anomaly, Session
from stream_jobs.core.failures import by_id
from tests.support.recordings import Rows, folder, in_scope, inputs, replayed, scenarios, truth
from tests.support.story import story

FIRST_RELEASE = 34  # recordings that must be in scope at least
# Symptoms that a recording ends too early for, or shows otherwise; each with the reason.
PRECLUDED: dict[tuple[str, str], str] = {
    (
        "pod-finalizer-stuck",
        "pod-stuck-terminating",
    ): "a pod that a finalizer keeps is told as that, and once",
}


def outcome(session: Session, rows: Rows) -> str:
    """The phase in the truth files' words."""
    roots = [each for each in rows.shown_anomalies if session.id in each.sessions and each.root]
    opened = any(each.state == "open" and each.severity != "info" for each in roots)
    if session.phase == "Cancelled" and session.deleted is not None:
        return "deleted"
    if session.phase in ("Pending", "Running", "Suspended") and (opened or session.wait):
        return "stuck"
    words = {"Succeeded": "succeeded", "Failed": "failed", "Error": "failed", "Running": "running"}
    return words.get(session.phase, session.phase)


def named(rows: Rows, what: dict[str, Any]) -> Session:
    """The session that a truth file names."""
    found = [
        each
        for each in rows.shown_sessions
        if (each.name, each.namespace, each.engine) == (what["name"], what["namespace"], what["engine"])
        and what.get("cluster", each.cluster) == each.cluster
    ]
    made = [each.created for each in found]
    assert found, f"found no session {what['name']}"
    assert len(set(made)) == len(made), f"found {what['name']} twice: {[each.id for each in found]}"
    return max(found, key=lambda each: str(each.created))  # a Job may be made again under its name


def at(rows: Rows, failure: str, subject: dict[str, Any]) -> list[Anomaly]:
    """The anomalies of a failure with that subject, or, where it is a run, with a pod of it as subject.

    The truth names the run where the recorder of it found no pod any more; we still know which it was.
    """
    where = (subject["kind"], subject.get("namespace", ""), subject["name"])
    runs = {each.id for each in rows.shown_sessions if (each.kind, each.namespace, each.name) == where}
    return [
        each
        for each in rows.shown_anomalies
        if each.failure == failure
        and (
            (each.subject.kind, each.subject.namespace, each.subject.name) == where
            or (each.subject.kind == "Pod" and runs & set(each.sessions))
        )
    ]


def hitting(rows: Rows, broken: dict[str, Any]) -> list[Session]:
    """The sessions that the broken subject is, or is part of."""
    subject = broken["subject"]
    return [
        each
        for each in rows.shown_sessions
        if (each.namespace, each.name) == (subject["namespace"], subject["name"])
        and broken.get("cluster", each.cluster) == each.cluster
    ]


def test_the_first_release_is_in_scope() -> None:
    assert len(in_scope()) >= FIRST_RELEASE, f"out of scope: {sorted(set(scenarios()) - set(in_scope()))}"


@pytest.mark.parametrize("scenario", in_scope())
def test_sessions_and_outcomes(scenario: str) -> None:
    rows = replayed(scenario)
    for what in truth(scenario)["sessions"]:
        session = named(rows, what)
        expected = what["outcome"]
        found = outcome(session, rows)
        if expected == "running":  # a run that goes on may well have something wrong with it
            assert session.phase == "Running", what
        else:
            assert found == expected, what
        assert {step.name for step in session.steps} >= set(what["steps"]), what


@pytest.mark.parametrize("scenario", in_scope())
def test_root_causes(scenario: str) -> None:
    rows = replayed(scenario)
    for broken in truth(scenario)["broken"]:
        roots = at(rows, broken["root_cause_id"], broken["root_subject"])
        assert any(each.root for each in roots), (broken, [each.title for each in roots])
        for session in hitting(rows, broken):
            assert session.verdict is not None, broken
            assert session.verdict.failure == broken["root_cause_id"], (broken, session.verdict)


@pytest.mark.parametrize("scenario", in_scope())
def test_symptoms(scenario: str) -> None:
    rows = replayed(scenario)
    there = {each.failure for each in rows.shown_anomalies}
    wanted = {each for broken in truth(scenario)["broken"] for each in broken["symptom_ids"]}
    missing = {each for each in wanted & by_id().keys() - there if (scenario, each) not in PRECLUDED}
    assert missing == set()


@pytest.mark.parametrize("scenario", in_scope())
def test_what_is_healthy_raises_nothing_above_info(scenario: str) -> None:
    rows = replayed(scenario)
    for healthy in truth(scenario)["healthy"]:
        where = healthy if isinstance(healthy, dict) else {"name": healthy}
        name, cluster = where["name"].rpartition("/")[2], where.get("cluster", "")
        own = [s for s in rows.shown_sessions if s.name == name and cluster in ("", s.cluster)]
        for session in own:
            assert session.verdict is None, session.verdict
        for each in rows.shown_anomalies:
            others = own and each.sessions and not {session.id for session in own} & set(each.sessions)
            if each.subject.name == name and cluster in ("", each.cluster) and not others:
                assert each.severity == "info", each  # what a healthy run did to others is another matter


@pytest.mark.parametrize("scenario", in_scope())
def test_the_story_is_the_one_that_was_reviewed(scenario: str) -> None:
    """After a change that is meant: `python -m tests.support.story`, then read the difference."""
    assert story(replayed(scenario)) == (folder(scenario) / "story.txt").read_text()


@pytest.mark.parametrize("scenario", scenarios())
def test_every_recording_is_taken_whole(scenario: str) -> None:
    """Also those out of scope: no input is refused."""
    assert len(inputs(scenario)) > 100
    replayed(scenario)  # fails where an input is refused
