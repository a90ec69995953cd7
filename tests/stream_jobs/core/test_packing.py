"""Objects that have been quiet are packed: nobody sees it, and they take less room."""

from datetime import timedelta

import pytest

from stream_jobs.core import packing
from stream_jobs.core.cell import Cell
from tests.support.recordings import Rows, batches, inputs, replayed

SCENARIOS = ("argo-image-and-oom", "node-drain", "scale-churn")


@pytest.fixture(autouse=True)
def everything_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packs every object after every batch, but not in the rows that are compared with."""
    for scenario in SCENARIOS:
        replayed(scenario)
    monkeypatch.setattr(packing, "QUIET", timedelta(days=-1))
    monkeypatch.setattr(packing, "STEP", 1_000_000)


def _fed(scenario: str) -> tuple[Cell, Rows]:
    cell, rows = Cell(inputs(scenario)[0].cluster), Rows()
    for batch in batches(inputs(scenario)):
        rows.feed(cell, batch)
    return cell, rows


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_rows_are_the_same(scenario: str) -> None:
    cell, rows = _fed(scenario)
    assert all(each.cold for each in cell.objects.values())
    assert rows.sessions == replayed(scenario).sessions
    assert rows.anomalies == replayed(scenario).anomalies
    assert rows.edits == replayed(scenario).edits


def test_the_mirror_holds_what_is_packed() -> None:
    cell, _ = _fed("node-drain")
    loaded = Cell.load(cell.cluster, [(key, value) for key, value in cell.take_dirty() if value is not None])
    for uid, known in cell.objects.items():
        again = loaded.objects[uid]
        assert (again.view, again.history, again.edits, again.fields, again.created) == (
            known.view,
            known.history,
            known.edits,
            known.fields,
            known.created,
        )


def test_pods_of_one_kind_take_a_fraction_of_their_text() -> None:
    cell, _ = _fed("scale-churn")
    pods = [each for each in cell.objects.values() if each.key == "Pod"]
    assert sum(len(each.packed) for each in pods) < len(pods) * 800
