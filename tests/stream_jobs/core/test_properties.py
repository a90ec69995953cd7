"""The property that holds it together: order between objects, repetition, batching and kills change nothing.

Every object keeps its own order, and a Progress comes after what it vouches for; all else may move.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.contracts import Change, Input, Progress
from stream_jobs.core.cell import Cell
from tests.support.recordings import Rows, batches, in_scope, inputs

SCENARIOS = (
    "argo-dag-fail",
    "configmap-change",
    "duplicate-processors",
    "helm-scale-drift",
    "job-oom",
    "node-lost",
    "preemption",
)
relaxed = settings(max_examples=6, deadline=None, derandomize=True)


@cache
def of_one_cluster(scenario: str) -> tuple[Input, ...]:
    cluster = inputs(scenario)[0].cluster
    return tuple(each for each in inputs(scenario) if each.cluster == cluster)


def said(rows: Rows) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What the rows say, without their versions; an edit's sessions depend on what had arrived by then."""

    def bare(row: Any, **fields: Any) -> Any:
        return msgspec.structs.replace(row, version=0, **fields)

    return (
        {each.id: bare(each) for each in rows.shown_sessions},
        {each.id: bare(each) for each in rows.shown_anomalies},
        {key: bare(each, sessions=()) for key, each in rows.edits.items()},
    )


def interleave(given: Sequence[Input], chance: random.Random, reach: int) -> list[Input]:
    """Let each object run ahead or fall behind by up to `reach` places, its own order kept."""
    newest: dict[str, float] = defaultdict(float)
    of_kind: dict[str, float] = defaultdict(float)
    placed = []
    for index, each in enumerate(given):
        kind = f"{each.group}/{each.kind}"
        if isinstance(each, Change):
            place = max(newest[each.uid], index + chance.uniform(-reach, reach))
            newest[each.uid] = place
            of_kind[kind] = max(of_kind[kind], place)
        elif isinstance(each, Progress):
            place = max(of_kind[kind], index + chance.uniform(-reach, reach))
            of_kind[kind] = place
        else:
            place = float(index)
        placed.append((place, index, each))
    return [each for *_, each in sorted(placed, key=lambda one: one[:2])]


def fed(given: Sequence[Input], size: int) -> Rows:
    rows, cell = Rows(), Cell(given[0].cluster)
    for batch in batches(given, size):
        rows.feed(cell, batch)
    return rows


@cache
def straight(scenario: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What the rows say when everything comes once, in order."""
    return said(fed(of_one_cluster(scenario), 200))


@pytest.mark.parametrize("scenario", in_scope())
@settings(max_examples=2, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32), reach=st.sampled_from([3, 40, 2000]), size=st.sampled_from([1, 7, 200, 5000])
)
def test_any_interleaving_gives_the_same_rows(scenario: str, seed: int, reach: int, size: int) -> None:
    moved = interleave(of_one_cluster(scenario), random.Random(seed), reach)
    assert said(fed(moved, size)) == straight(scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
@relaxed
@given(seed=st.integers(0, 2**32))
def test_any_repetition_gives_the_same_rows(scenario: str, seed: int) -> None:
    chance = random.Random(seed)
    given = of_one_cluster(scenario)
    repeated: list[Input] = []
    for index, each in enumerate(given):
        repeated.append(each)
        if chance.random() < 0.2:
            repeated.append(given[chance.randrange(index + 1)])
    assert said(fed(repeated, 50)) == straight(scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
@relaxed
@given(seed=st.integers(0, 2**32))
def test_a_kill_between_any_two_steps_changes_nothing(scenario: str, seed: int) -> None:
    """Rows sent, state flushed, input acknowledged: dying after any of them repeats, never loses."""
    chance = random.Random(seed)
    given = of_one_cluster(scenario)
    rows, disk = Rows(), dict[str, bytes]()
    acknowledged = 0
    cell = Cell(given[0].cluster)
    while acknowledged < len(given):
        end = acknowledged + chance.randint(1, 400)
        survived = chance.choice(["nothing", "sent", "flushed", "acknowledged", "acknowledged"])
        if survived != "nothing":
            rows.feed(cell, given[acknowledged:end])
        if survived in ("flushed", "acknowledged"):
            for key, value in cell.take_dirty():
                if value is None:
                    disk.pop(key, None)
                else:
                    disk[key] = value
        if survived == "acknowledged":
            acknowledged = end
        else:
            cell = Cell.load(cell.cluster, disk.items())
    assert said(rows) == straight(scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_rows_of_one_id_only_get_newer(scenario: str) -> None:
    cell, newest = Cell(of_one_cluster(scenario)[0].cluster), dict[str, int]()
    for batch in batches(of_one_cluster(scenario), 10):
        rows = Rows()
        rows.feed(cell, batch)
        for each in (*rows.sessions.values(), *rows.anomalies.values()):
            assert each.version > newest.get(each.id, 0)
            newest[each.id] = each.version
    assert newest
