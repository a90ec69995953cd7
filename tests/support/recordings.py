"""The recordings of real clusters that the tests replay, and what is true of each."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from collectors.recording import read_recording
from schemas.contracts import Anomaly, Edit, Input, Session
from stream_jobs.core.advance import advance
from stream_jobs.core.cell import Cell
from stream_jobs.core.engines import all_engines
from stream_jobs.core.failures import by_id

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "wakeline" / "recordings", ROOT / "tests" / "recordings")


def folder(scenario: str) -> Path:
    """The folder of a scenario."""
    return next(each / scenario for each in FOLDERS if (each / scenario).is_dir())


def scenarios() -> list[str]:
    """Every scenario that the project holds."""
    return sorted(path.parent.name for each in FOLDERS for path in each.glob("*/truth.json"))


def streams(scenario: str) -> list[Path]:
    """The scenario's streams, one a cluster."""
    return sorted(folder(scenario).glob("stream*.jsonl.gz"))


@cache
def truth(scenario: str) -> dict[str, Any]:
    """What was done and what is right to say about it."""
    found: dict[str, Any] = json.loads((folder(scenario) / "truth.json").read_text())
    return found


@cache
def in_scope() -> tuple[str, ...]:
    """The scenarios whose engines and root causes are all built."""
    engines = {each.name for each in all_engines()}
    return tuple(
        each
        for each in scenarios()
        if {session["engine"] for session in truth(each)["sessions"]} <= engines
        and {broken["root_cause_id"] for broken in truth(each)["broken"]} <= by_id().keys()
    )


@cache
def inputs(scenario: str) -> tuple[Input, ...]:
    """All that the collector makes of the scenario, in order."""
    return tuple(read_recording(streams(scenario)))


class Rows:
    """The newest row of each session, anomaly and edit, as the views show them."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.anomalies: dict[str, Anomaly] = {}
        self.edits: dict[str, Edit] = {}

    def feed(self, cell: Cell, batch: Sequence[Input]) -> None:
        """Advance the cell by a batch and keep what is new."""
        news = advance(cell, batch)
        assert not news.refused
        self.sessions.update((each.id, each) for each in news.sessions)
        self.anomalies.update((each.id, each) for each in news.anomalies)
        self.edits.update((each.id, each) for each in news.edits)

    @property
    def shown_sessions(self) -> list[Session]:
        """Without the withdrawn ones."""
        return [each for each in self.sessions.values() if not each.withdrawn]

    @property
    def shown_anomalies(self) -> list[Anomaly]:
        """Without the withdrawn ones."""
        return [each for each in self.anomalies.values() if each.state != "withdrawn"]


def batches(given: Sequence[Input], size: int = 200) -> Iterator[Sequence[Input]]:
    """Cut inputs into batches."""
    return (given[start : start + size] for start in range(0, len(given), size))


@cache
def replayed(scenario: str) -> Rows:
    """The rows that the scenario ends in."""
    rows = Rows()
    for cluster in sorted({each.cluster for each in inputs(scenario)}):
        cell = Cell(cluster)
        for batch in batches([each for each in inputs(scenario) if each.cluster == cluster]):
            rows.feed(cell, batch)
    return rows
