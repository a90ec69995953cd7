"""Runs that go well raise nothing above a note, whatever noise they make and however it is interleaved."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.healthy import live


@settings(max_examples=60, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_healthy_runs_are_silent(seed: int) -> None:
    lab = live(random.Random(seed))
    loud = [(each.failure, each.title) for each in lab.anomalies() if each.severity != "info"]
    sessions = [each for each in lab.sessions.values() if not each.withdrawn]
    assert loud == []
    assert sessions
    assert {each.phase for each in sessions} == {"Succeeded"}
    assert [each.verdict for each in sessions if each.verdict] == []
