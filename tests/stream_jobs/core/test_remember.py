"""What the cell makes of its inputs: versions in order, history, events, edits, time and coverage."""

from datetime import timedelta

import msgspec
import pytest

from schemas.contracts import Change, Gap
from stream_jobs.core.advance import advance
from stream_jobs.core.cell import Cell
from stream_jobs.core.edits import OWNER_GONE, UNREAD
from tests.support.lab import (
    NOON,
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    node,
    pod,
    running,
    stamp,
    status,
    terminated,
    thing,
    waiting,
)

UNTIMED: Object = {"firstTimestamp": None, "lastTimestamp": None, "count": None}  # senders of events.k8s.io


def test_an_older_version_that_comes_late_changes_nothing() -> None:
    lab = Lab().apply(pod("a", status=status("Running", running())))
    old = lab.inputs[0]
    lab.apply(pod("a", status=status("Succeeded", terminated(0, "Completed"))))
    news = advance(lab.cell, [old])
    assert news.sessions == ()
    assert lab.session("a").phase == "Succeeded"


def test_a_restored_etcd_starts_a_new_epoch() -> None:
    lab = Lab().apply(pod("a", status=status("Running", running())))
    change = lab.inputs[0]
    assert isinstance(change, Change)
    body = msgspec.json.encode(pod("a", status=status("Failed", terminated(1))))
    newer = msgspec.structs.replace(change, epoch=1, resource_version=3, object=msgspec.Raw(body))
    (session,) = advance(lab.cell, [newer]).sessions
    assert session.phase == "Failed"


def test_an_object_of_the_wrong_shape_is_refused_and_the_rest_goes_on() -> None:
    lab = Lab().apply({**pod("a"), "status": {"phase": 7}}, pod("b"))
    ((given, reason),) = lab.refused
    assert isinstance(given, Change)
    assert given.name == "a"
    assert "$.status.phase" in reason
    assert lab.session("b").phase == "Pending"


def test_a_vanished_object_counts_as_deleted() -> None:
    lab = Lab().apply(pod("a", status=status("Running", running())))
    change = lab.inputs[0]
    assert isinstance(change, Change)
    gone = msgspec.structs.replace(change, verb="vanished", observed_at=at(50), object=msgspec.Raw(b"{}"))
    (session,) = advance(lab.cell, [gone]).sessions
    assert (session.phase, session.deleted) == ("Cancelled", at(50))


def test_history_keeps_what_later_versions_hide() -> None:
    lab = Lab().apply(pod("a", status=status("Pending", waiting("ErrImagePull", "no such tag"))))
    lab.apply(pod("a", status=status("Running", running())))
    (wait,) = lab.known(pod("a")).history.waits
    assert (wait.reason, wait.message, wait.since, wait.until) == (
        "ErrImagePull",
        "no such tag",
        at(1),
        at(2),
    )


def test_one_life_of_a_container_is_kept_once_wherever_it_is_reported() -> None:
    ended = {"exitCode": 1, "reason": "Error", "finishedAt": stamp(60)}
    backing_off = waiting("CrashLoopBackOff") | {"lastState": {"terminated": ended}}
    again = running() | {"restartCount": 1, "lastState": {"terminated": ended}}
    lab = Lab().apply(pod("a", status=status("Running", terminated(1))))
    lab.apply(pod("a", status=status("Running", backing_off)), pod("a", status=status("Running", again)))
    assert [(each.restart, each.code) for each in lab.known(pod("a")).history.exits] == [(0, 1)]


def test_a_start_error_did_not_start_in_1970() -> None:
    odd = terminated(128, "StartError", startedAt="1970-01-01T00:00:00Z")
    lab = Lab().apply(pod("a", status=status("Failed", odd)))
    assert lab.known(pod("a")).history.exits[0].started is None
    assert lab.session("a").started is None


@pytest.mark.parametrize(
    ("times", "first", "last", "count"),
    [
        ({"firstTimestamp": stamp(1), "lastTimestamp": stamp(9), "count": 3}, at(1), at(9), 3),
        (
            {"firstTimestamp": None, "lastTimestamp": None, "eventTime": stamp(2), "count": None},
            at(2),
            at(2),
            1,
        ),
        (
            UNTIMED | {"eventTime": stamp(2), "series": {"count": 5, "lastObservedTime": stamp(30)}},
            at(2),
            at(30),
            5,
        ),
    ],
)
def test_events_of_old_and_new_senders(times: Object, first: object, last: object, count: int) -> None:
    lab = Lab().apply(pod("a"))
    lab.event(pod("a"), "FailedScheduling", "(combined from similar events): 0/3 nodes", source={}, **times)
    (found,) = lab.cell.events(lab.known(pod("a")), "FailedScheduling")
    assert (found.first, found.last, found.count, found.message) == (first, last, count, "0/3 nodes")


def test_events_of_nodes_are_found_though_their_uid_is_a_name() -> None:
    lab = Lab().apply(node("worker-1")).event(node("worker-1"), "NodeNotReady")
    assert [each.reason for each in lab.cell.events(lab.known(node("worker-1")))] == ["NodeNotReady"]


def test_an_event_may_come_before_its_object() -> None:
    lab = Lab().event(pod("a"), "Killing").apply(pod("a"))
    assert [each.reason for each in lab.cell.events(lab.known(pod("a")))] == ["Killing"]


def config(replicas: int, **managers: list[str]) -> Object:
    entries = [
        {"manager": name, "operation": "Update", "time": stamp(replicas), "fields": fields}
        for name, fields in managers.items()
    ]
    meta = {"managedFields": entries}
    return thing("StatefulSet", "db", api="apps/v1", spec={"replicas": replicas}, meta=meta)


def test_an_edit_names_field_values_and_manager() -> None:
    lab = Lab().apply(config(1, helm=["spec.replicas"]), config(3, kubectl=["spec.replicas"]))
    (edit,) = lab.edits
    assert (edit.path, edit.old, edit.new, edit.manager) == ("spec.replicas", "1", "3", "kubectl")
    assert edit.before == at(3)


def test_a_field_owner_that_vanished_is_evidence_of_a_change_by_hand() -> None:
    lab = Lab().apply(config(1, helm=["spec.replicas"]), config(0, helm=["spec.template"]))
    assert lab.edits[0].manager == OWNER_GONE
    lab = Lab().apply(config(1, helm=["spec.replicas"]), config(0))
    assert lab.edits[0].manager == OWNER_GONE


def test_a_value_that_is_kept_back_still_shows_that_it_changed() -> None:
    def secret(seconds: int) -> Object:
        entry = {"manager": "kubectl-edit", "operation": "Update", "time": stamp(seconds), "fields": ["data"]}
        return thing("ConfigMap", "loader", data={"batch": None}, meta={"managedFields": [entry]})

    lab = Lab().apply(secret(1), secret(50))
    (edit,) = lab.edits
    assert (edit.path, edit.old, edit.new, edit.manager) == ("data", UNREAD, UNREAD, "kubectl-edit")


def test_status_alone_is_no_edit() -> None:
    before, after = job("train"), job("train", status={"active": 1})
    assert Lab().apply(before, after).edits == []


def test_cell_time_is_the_slowest_clock_and_absence_needs_coverage() -> None:
    lab = Lab()
    assert lab.cell.time is None
    lab.quiet(10, kinds=("Pod", "Event")).quiet(20, kinds=("Pod",))
    assert lab.cell.time == NOON + timedelta(seconds=10)
    assert lab.cell.complete("Pod", "ml")
    assert not lab.cell.complete("ConfigMap", "ml")


def test_a_gap_lowers_confidence_and_is_said() -> None:
    train = job("train", status={"conditions": [condition("Failed", reason="BackoffLimitExceeded")]})
    lab = Lab().apply(train, job_pod("train-x", train, status=status("Failed", terminated(137, "OOMKilled"))))
    sure = lab.session("train").verdict
    gap = Gap(
        cluster="lab",
        resource="pods",
        kind="Pod",
        observed_at=at(40),
        since=at(20),
        until=at(40),
        reason="410 Expired",
    )
    fresh = Cell("lab")
    (session,) = advance(fresh, [gap, *lab.inputs]).sessions
    assert sure is not None
    assert session.verdict is not None
    assert session.verdict.confidence < sure.confidence
    assert "410 Expired" in session.verdict.checked[0]
