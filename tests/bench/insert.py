"""Lines a second into the store's landing table and all views behind it; bytes a change on disk after merge.

The lines are those of the recordings, several times over under other cluster names. Baseline in the same run:
the same lines into a table of one String column, which parses and derives nothing.
"""

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from clickhouse_connect.driver.client import Client

from schemas import topics
from schemas.codec import encode
from schemas.contracts import Change
from tests.support.recordings import inputs, scenarios
from wakeline.store.embedded import EmbeddedStore

COPIES = 5
BATCH = 10_000  # lines an insert, about what the store job sends


def main() -> None:
    """Print one JSON line."""
    given = [each for name in scenarios() for each in inputs(name)]
    lines = [encode(each) for each in given]
    changes = COPIES * sum(isinstance(each, Change) for each in given)
    with tempfile.TemporaryDirectory() as folder, EmbeddedStore(Path(folder) / "store") as store:
        spent = insert_all(store, lines)
        baseline = insert_plainly(store.client, lines)
        stored = bytes_on_disk(store.client, "change_versions")
        everything = bytes_on_disk(store.client, "%_versions")
    rows = COPIES * len(lines)
    print(  # noqa: T201 - a benchmark's output
        json.dumps(
            {
                "benchmark": "insert",
                "rows": rows,
                "rows_per_second": round(rows / spent),
                "raw_bytes_per_change": round(COPIES * sum(map(len, lines)) / rows),
                "disk_bytes_per_change": round(stored / changes, 1),
                "disk_bytes_per_change_with_all_views": round(everything / changes, 1),
                "baseline": "the same lines into a table of one String column",
                "ratio_to_baseline": round(baseline / spent, 2),
            }
        )
    )


def batches(lines: list[bytes]) -> Iterator[bytes]:
    """Yield the lines, each copy as another cluster's and so other rows."""
    for copy in range(COPIES):
        cluster = b'"cluster":"copy-%d-' % copy
        for start in range(0, len(lines), BATCH):
            body = b"\n".join(lines[start : start + BATCH]) + b"\n"
            yield body.replace(b'"cluster":"', cluster)


def insert_all(store: EmbeddedStore, lines: list[bytes]) -> float:
    """Return the seconds that the store took."""
    spent = 0.0
    for number, body in enumerate(batches(lines)):
        started = time.perf_counter()
        assert store.insert(topics.CHANGES, body, str(number)) == ()
        spent += time.perf_counter() - started
    return spent


def insert_plainly(client: Client, lines: list[bytes]) -> float:
    """Return the seconds that the baseline took."""
    client.command("CREATE TABLE plain (line String) ENGINE = MergeTree ORDER BY tuple()")
    spent = 0.0
    for body in batches(lines):
        started = time.perf_counter()
        client.raw_insert("plain", insert_block=body, fmt="LineAsString")
        spent += time.perf_counter() - started
    return spent


def bytes_on_disk(client: Client, tables: str) -> int:
    """Return what the tables take once their parts are merged."""
    names = client.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() "
        "AND engine LIKE '%MergeTree' AND name LIKE {tables:String}",
        parameters={"tables": tables},
    ).result_rows
    for (name,) in names:
        client.command(f"OPTIMIZE TABLE {name} FINAL")
    found = client.query(
        "SELECT sum(bytes_on_disk) FROM system.parts "
        "WHERE active AND database = currentDatabase() AND table LIKE {tables:String}",
        parameters={"tables": tables},
    ).result_rows
    return int(found[0][0])


if __name__ == "__main__":
    main()
