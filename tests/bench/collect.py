"""Collector path against the official Watch, on the same stream in the same call; prints one JSON line.

`python -m tests.bench.collect [FILE...]`: watch bytes in, packed records out. The baseline is what
`kubernetes.watch.Watch.stream` does with the same bytes: typed objects, nothing redacted, nothing encoded.
"""

import gc
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import process_time

import orjson
from kubernetes import watch

from collectors.clock import system_clock
from collectors.intake import VERBS, Intake, Stream
from collectors.lines import read_lines
from collectors.packing import Packer
from collectors.resource import Resource
from collectors.wire import split_event, split_lines

ROOT = Path(__file__).parents[2]
DEFAULT = ("wakeline/recordings/*/stream.jsonl.gz", "tests/recordings/*/stream.jsonl.gz")
TYPED = {"pods": "V1Pod", "events": "CoreV1Event", "nodes": "V1Node", "serviceaccounts": "V1ServiceAccount"}
CHUNK_BYTES = 64 * 1024
ROUNDS = 3


class Response:
    """A watch's answer, as urllib3 hands it to the official client."""

    status = 200

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        for start in range(0, len(self._body), CHUNK_BYTES):
            yield self._body[start : start + CHUNK_BYTES]

    def close(self) -> None:
        """Nothing is open."""

    release_conn = close


def streams(paths: list[Path]) -> dict[str, bytes]:
    """Return each resource's watch as bytes: what happened, not what was listed before."""
    found: dict[str, list[bytes]] = {name: [] for name in TYPED}
    for path in paths:
        for _, line in read_lines(path, None):
            if line.group == "" and line.resource in TYPED and line.type in ("ADDED", "MODIFIED", "DELETED"):
                text = b'{"type":"%b","object":%b}\n' % (line.type.encode(), bytes(line.object))
                found[line.resource].append(text)
    return {name: b"".join(lines) for name, lines in found.items() if lines}


def collect(bodies: dict[str, bytes]) -> tuple[int, int]:
    """Take the streams the collector's way; return (lines, bytes of records)."""
    intake, packer, lines, packed = Intake("bench"), Packer(), 0, 0
    for name, body in bodies.items():
        stream, rest = Stream(intake, Resource(resource=name)), b""
        for chunk in Response(body).stream():
            whole, rest = split_lines(rest, chunk)
            now = system_clock()
            for line in whole:
                sign, seen = split_event(line) or ("", b"")
                lines += 1
                change = stream.item(VERBS[sign], seen, now)
                records = packer.add(change, 0.0) if change else []
                packed += sum(map(len, records))
    return lines, packed + sum(map(len, packer.close()))


def official(bodies: dict[str, bytes]) -> int:
    """Take the streams the official client's way; return the lines."""
    lines = 0
    for name, body in bodies.items():
        answer = partial(_answer, body)
        for _ in watch.Watch(return_type=TYPED[name]).stream(answer, timeout_seconds=1):
            lines += 1
    return lines


def _answer(body: bytes, **_: object) -> Response:
    return Response(body)


def bare(bodies: dict[str, bytes]) -> int:
    """Only read the lines and parse each with orjson: what no collector in Python can beat by much."""
    lines = 0
    for body in bodies.values():
        rest = b""
        for chunk in Response(body).stream():
            whole, rest = split_lines(rest, chunk)
            for line in whole:
                orjson.loads(line)
                lines += 1
    return lines


def run(paths: list[Path]) -> dict[str, object]:
    """Measure the three in turn, several rounds; report the first (nothing cached) and the best.

    Ratios of the first round are to the others' first round, so that all had the machine in the same state.
    """
    bodies = streams(paths)
    spent: dict[str, list[float]] = {"collect": [], "official": [], "bare": []}
    lines = 0
    for _ in range(ROUNDS):
        for name, function in (("collect", collect), ("official", official), ("bare", bare)):
            gc.collect()
            began = process_time()
            result = function(bodies)
            spent[name].append(process_time() - began)
            counted = result[0] if isinstance(result, tuple) else result
            if lines and counted != lines:
                raise RuntimeError(f"{name} took {counted} lines, expected {lines}")
            lines = counted
    best = {name: min(rounds) / lines * 1e6 for name, rounds in spent.items()}
    first = {name: rounds[0] / lines * 1e6 for name, rounds in spent.items()}
    return {
        "bench": "collect",
        "lines": lines,
        "bytes": sum(map(len, bodies.values())),
        "microseconds_a_line": round(best["collect"], 1),
        "first_round_microseconds_a_line": round(first["collect"], 1),
        "official_microseconds_a_line": round(best["official"], 1),
        "bare_microseconds_a_line": round(best["bare"], 1),
        "lines_a_second": round(1e6 / best["collect"]),
        "ratio_to_official": round(best["official"] / best["collect"], 1),
        "first_round_ratio_to_official": round(first["official"] / first["collect"], 1),
        "ratio_to_bare": round(best["bare"] / best["collect"], 2),
        "first_round_ratio_to_bare": round(first["bare"] / first["collect"], 2),
    }


def main() -> None:
    """Measure the recordings named on the command line, or all there are."""
    paths = [Path(name) for name in sys.argv[1:]] or [
        path for pattern in DEFAULT for path in sorted(ROOT.glob(pattern))
    ]
    sys.stdout.write(orjson.dumps(run(paths)).decode() + "\n")


if __name__ == "__main__":
    main()
