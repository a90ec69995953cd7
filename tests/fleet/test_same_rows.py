"""The fleet's road gives the rows of the embedded mode: every recording, real processes, a real broker.

A recording is served over HTTP to `wakeline collect`, goes through Kafka, `wakeline correlate` and `wakeline
store`, and ends in the ClickHouse engine; the same files go through `wakeline replay`.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.parts import (
    ROWS,
    Engine,
    Process,
    clusters,
    collect_all,
    embedded_rows,
    fleet_rows,
    run,
    settle,
)
from tests.support.kafka import Broker, make_broker
from tests.support.recordings import in_scope, streams

Table = list[dict[str, Any]]
BLIND = re.compile(r'(blind for \S+ from \S+ to \S+): [^"]*')


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[list[Table], list[Table]]]:
    """Rows of the fleet and of the embedded mode."""
    folder = tmp_path_factory.mktemp("fleet")
    files = [stream for scenario in in_scope() for stream in streams(scenario)]
    with make_broker() as broker, Engine(folder / "engine") as engine:
        yield through_the_fleet(files, broker, engine, folder), embedded_rows(files, folder / "embedded")


def through_the_fleet(files: list[Path], broker: Broker, engine: Engine, folder: Path) -> list[Table]:
    kafka = ("--kafka-bootstrap", broker.bootstrap)
    run("topics", *kafka, "--partitions", 4)
    run("migrate", *engine.options())
    with (
        Process(folder, "correlate", "correlate", *kafka),
        Process(folder, "store", "store", *kafka, *engine.options()),
    ):
        asyncio.run(collect_all(clusters(files), broker, folder))
        settle(broker)
        return fleet_rows(engine)


@pytest.mark.parametrize("number", range(len(ROWS)), ids=["sessions", "anomalies", "steps"])
def test_row_by_row(both: tuple[list[Table], list[Table]], number: int) -> None:
    fleet, embedded = both[0][number], both[1][number]
    assert len(embedded) > len(in_scope())
    assert [row.get("id") for row in fleet] == [row.get("id") for row in embedded]
    for row, expected in zip(fleet, embedded, strict=True):
        assert without_reasons(row) == without_reasons(expected)


def without_reasons(row: dict[str, Any]) -> dict[str, Any]:
    """Why a list was read again is known to a watch, and not to who reads its recording."""
    return {name: BLIND.sub(r"\1", value) if isinstance(value, str) else value for name, value in row.items()}
