"""Changes a second through `advance` on one core, every engine and failure on.

Baseline in the same run: decoding the same lines into dicts and encoding them again.
"""

import json
import time

import msgspec
import orjson

from schemas.codec import decode_line, encode
from schemas.contracts import Change
from stream_jobs.core.advance import advance
from stream_jobs.core.cell import Cell
from tests.support.recordings import inputs, scenarios

BATCH = 200
WARM_UP = "job-success"


def main() -> None:
    """Print one JSON line."""
    lines = {name: [encode(each) for each in inputs(name)] for name in scenarios()}
    changes = sum(isinstance(each, Change) for name in scenarios() for each in inputs(name))
    run(lines[WARM_UP])
    started = time.process_time()
    for each in lines.values():
        run(each)
    spent = time.process_time() - started
    started = time.process_time()
    for each in lines.values():
        for line in each:
            msgspec.json.encode(orjson.loads(line))
    baseline = time.process_time() - started
    print(  # noqa: T201 - a benchmark's output
        json.dumps(
            {
                "benchmark": "advance",
                "changes": changes,
                "changes_per_second": round(changes / spent),
                "goal_changes_per_second": 8000,
                "baseline": "decode each line to a dict and encode it again",
                "ratio_to_baseline": round(baseline / spent, 2),
            }
        )
    )


def run(lines: list[bytes]) -> None:
    """Decode and advance, in batches, one cell a cluster."""
    cells: dict[str, Cell] = {}
    for start in range(0, len(lines), BATCH):
        batch = [decode_line(line) for line in lines[start : start + BATCH]]
        for cluster in dict.fromkeys(each.cluster for each in batch):
            cell = cells.setdefault(cluster, Cell(cluster))
            advance(cell, [each for each in batch if each.cluster == cluster])
            cell.take_dirty()


if __name__ == "__main__":
    main()
