"""Where things stand on the timeline."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.contracts import Step
from tests.support.rows import START, at, attempt, step
from wakeline.page.lanes import MOST_TRIES, node_lane, run_lane, step_lanes, try_anchor
from wakeline.page.timeline import Scale, focus_ms, scale_of, ticks


def run(**times: datetime | None) -> dict[str, Any]:
    none = dict.fromkeys(("created", "queued", "admitted", "started", "ended", "deleted"))
    return {"name": "train", "kind": "Job", "phase": "Running", **none, **times}


def node(seconds: float, ready: str = "True", **fields: Any) -> dict[str, Any]:
    return {"name": "n", "at": at(seconds), "ready": ready, "gone": False, "closed": False, **fields}


def test_nothing_is_drawn_where_no_time_is_known() -> None:
    assert scale_of(run(), (), [], None) is None


def test_what_lies_far_from_the_run_does_not_squeeze_it() -> None:
    ended = run(created=at(0), ended=at(100))
    far = scale_of(ended, (), [at(-86400)], None)
    near = scale_of(ended, (), [at(-50)], None)
    assert far is not None
    assert near is not None
    assert far.since > at(-10)
    assert near.since < at(-50)


def test_an_open_run_goes_to_where_the_data_goes_and_an_ended_one_does_not() -> None:
    open_run = scale_of(run(created=at(0)), (), [], at(3600))
    ended = scale_of(run(created=at(0), ended=at(10)), (), [], at(3600))
    assert open_run is not None
    assert ended is not None
    assert open_run.until > at(3600)
    assert ended.until < at(20)


def test_the_first_look_ends_with_the_last_happening() -> None:
    row = run(created=at(0), started=at(60))
    scale = scale_of(row, (), [], at(36000))
    assert scale is not None
    assert scale.ms(at(60)) < focus_ms(scale, row, (), []) < scale.ms(at(600))


@pytest.mark.parametrize("seconds", [0.5, 3, 47, 600, 4000, 86400, 40 * 86400, 3 * 365 * 86400])
def test_the_scale_has_a_few_round_times(seconds: float) -> None:
    found = ticks(Scale(START, START + timedelta(seconds=seconds)))
    assert len(found) <= 7
    assert all(0 < each.left < 100 and each.at.microsecond == 0 for each in found)
    if seconds >= 4000:
        assert all(each.at.second == 0 and each.at.minute % 5 == 0 for each in found)


def test_an_object_that_was_there_for_no_time_still_has_its_place() -> None:
    bar = Scale(at(0), at(100)).bar(at(50), at(50), "good", ("", "", ""))
    assert (bar.left, bar.width) == (50.0, 0.0)


def test_marks_beyond_an_edge_stand_at_it_and_say_so() -> None:
    scale = Scale(at(0), at(100))
    early, late = scale.mark(at(-9), "event", "Pulled"), scale.mark(at(109), "event", "Killing")
    assert (early.left, early.says) == (0.0, "earlier, Pulled")
    assert (late.left, late.says) == (100.0, "later, Killing")


def test_a_run_that_never_started_is_seen_waiting() -> None:
    lane = run_lane(Scale(at(0), at(100)), run(created=at(10)), ())
    assert [(each.look, each.left, each.width) for each in lane.bars] == [("waiting", 10.0, 90.0)]


def test_tries_of_one_step_stand_below_it() -> None:
    lanes, note = step_lanes(Scale(at(0), at(100)), (step("main", 3),), {})
    assert [(each.label, each.indent) for each in lanes] == [
        ("main", False),
        ("try 1", True),
        ("try 2", True),
        ("try 3", True),
    ]
    assert note == ""


def test_of_very_many_tries_those_that_failed_are_drawn() -> None:
    tries = tuple(
        attempt(number, phase="Failed" if number == 400 else "Succeeded") for number in range(1, 501)
    )
    lanes, note = step_lanes(Scale(at(0), at(100)), (Step(name="main", phase="Failed", attempts=tries),), {})
    assert "try 400" in [each.label for each in lanes]
    assert len(lanes) == MOST_TRIES + 1
    assert note.startswith("440 more tries")


def test_anchors_tell_tries_apart_and_hold_no_text_of_the_cluster() -> None:
    one = step('"><b>', 2)
    anchors = [try_anchor(one, each) for each in one.attempts]
    assert len(set(anchors)) == 2
    assert all(each.replace("-", "").isalnum() for each in anchors)


def test_a_node_is_told_by_its_versions() -> None:
    history = (
        node(-50),
        node(-10),
        node(20, "Unknown"),
        node(40),
        node(60, closed=True),
        node(80, gone=True),
    )
    lane = node_lane(Scale(at(0), at(100)), "n", history, ())
    assert [(each.text, each.left, each.width) for each in lane.bars] == [
        ("ready", 0.0, 20.0),
        ("not answering", 20.0, 20.0),
        ("ready", 40.0, 20.0),
        ("closed for new pods", 60.0, 20.0),
        ("removed from the cluster", 80.0, 20.0),
    ]


def test_a_node_of_which_nothing_is_known_has_a_lane_all_the_same() -> None:
    assert node_lane(Scale(at(0), at(100)), "n", (), ()).bars == ()
