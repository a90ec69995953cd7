"""Bytes that a tracked pod takes in a cell, with its Job, its events and the rows that were sent of it.

Half of the pods have ended, half go on. Nothing is old enough to be forgotten.
"""

import gc
import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from schemas.contracts import Change, Input
from stream_jobs.core.advance import advance
from stream_jobs.core.cell import Cell
from tests.support.crowd import base, crowd

PODS = 20_160
FEWER = 4_800  # while tracemalloc counts, which takes four times as long
BATCH = 200
CLUSTER = "x"


def main() -> None:
    """Print one JSON line. What tracemalloc counts is measured in a process of its own, as it slows it."""
    traced = "--traced" in sys.argv
    cell = Cell(CLUSTER)
    run(cell, base())
    gc.collect()
    if traced:
        tracemalloc.start()
    before, started = resident(), time.process_time()
    changes = run(cell, crowd(FEWER if traced else PODS))
    spent = time.process_time() - started
    gc.collect()
    pods = sum(each.key == "Pod" for each in cell.objects.values())
    if traced:
        print(tracemalloc.get_traced_memory()[0] // pods)  # noqa: T201 - read by the one that started this
        return
    grown = resident() - before
    again = [sys.executable, "-m", "tests.bench.memory", "--traced"]
    told = subprocess.run(again, check=True, capture_output=True, text=True).stdout
    print(  # noqa: T201 - a benchmark's output
        json.dumps(
            {
                "benchmark": "memory",
                "pods": pods,
                "objects": len(cell.objects),
                "events": sum(map(len, cell.sightings.values())),
                "resident_bytes_a_pod": round(grown / pods),
                "traced_bytes_a_pod": int(told),
                "goal_bytes_a_pod": 1500,
                "changes_per_second": round(changes / spent),
            }
        )
    )


def run(cell: Cell, given: Iterable[Input]) -> int:
    """Feed the inputs in batches; return how many of them were changes."""
    changes = 0
    for batch in _batches(given):
        advance(cell, batch)
        cell.take_dirty()
        changes += sum(isinstance(each, Change) for each in batch)
    return changes


def _batches(given: Iterable[Input]) -> Iterator[list[Input]]:
    waiting = iter(given)
    while batch := list(islice(waiting, BATCH)):
        yield batch


def resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    main()
