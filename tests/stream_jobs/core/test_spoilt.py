"""Whatever an object looks like, it is taken or refused with a reason, and the rest goes on."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.contracts import Change
from stream_jobs.core.advance import advance
from stream_jobs.core.cell import Cell
from tests.support.recordings import in_scope, inputs
from tests.support.spoil import spoil

LARGE = {"scale-churn"}  # one more of the same shapes, for minutes
MOST = 4000  # inputs of one recording


@pytest.mark.parametrize("scenario", sorted(set(in_scope()) - LARGE))
@settings(max_examples=2, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_a_spoilt_object_is_taken_or_refused_and_never_stops_the_rest(scenario: str, seed: int) -> None:
    marked = spoil(inputs(scenario)[:MOST], random.Random(seed))
    sound = {id(each) for each, spoilt in marked if not spoilt}
    cell = Cell(marked[0][0].cluster)
    refused = []
    for start in range(0, len(marked), 100):
        refused += advance(cell, [each for each, _ in marked[start : start + 100]]).refused
    assert [each for each, _ in refused if id(each) in sound] == []
    assert all(isinstance(each, Change) and reason for each, reason in refused)
    again = Cell.load(cell.cluster, [(key, value) for key, value in cell.take_dirty() if value is not None])
    assert again.objects.keys() == cell.objects.keys()
