"""Recordings of clusters, read as if they happened now, on the collector's own path."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import merge
from pathlib import Path

import msgspec

from collectors.bodies import UnreadableObjectError
from collectors.history import History
from collectors.lines import Line, RecordingError, Timed, namespaces_of, resource_of, timed_lines
from schemas.contracts import Input

__all__ = ["RecordingError", "label_files", "read_recording", "total_bytes"]


def total_bytes(paths: Iterable[Path]) -> int:
    """Return the size of the files as they are stored; what `on_bytes` of `read_recording` adds up to."""
    return sum(_size(path) for path in dict.fromkeys(paths))


def read_recording(
    paths: Sequence[Path], separate: bool = False, on_bytes: Callable[[int], None] | None = None
) -> Iterator[Input]:
    """Yield the inputs of recordings (`.jsonl` or `.jsonl.gz`), one line of each file in memory at a time.

    Files of one cluster are one history: their lines are taken in order of time, and where no file speaks,
    the time between is a Gap. With `separate` each file is a cluster of its own, called after the cluster and
    the file. `on_bytes` is told of stored bytes as they are read. Raises RecordingError, naming file and
    line, where a line is none of a recording.
    """
    labels = label_files(paths)
    scopes = {path: namespaces_of(path) for path in labels} if len(labels) > 1 and not separate else {}
    histories: dict[str, History] = {}
    files = [timed_lines(path, on_bytes) for path in labels]
    for timed in merge(*files, key=lambda timed: timed.at):
        name = _cluster(timed.line, labels[timed.path], separate)
        history = histories.get(name)
        if history is None:
            history = histories[name] = History(name, scopes)
        yield from _feed(history, timed)
    for history in histories.values():
        yield from history.finish()


def label_files(paths: Iterable[Path]) -> dict[Path, str]:
    """Return a short name for each file, unique among them: its stem, or its folder where it is "stream"."""
    labels: dict[Path, str] = {}
    for path in dict.fromkeys(paths):
        wanted, taken = _label(path), set(labels.values())
        names = [wanted, *(f"{wanted}-{count}" for count in range(2, len(taken) + 3))]
        labels[path] = next(name for name in names if name not in taken)
    return labels


def _feed(history: History, timed: Timed) -> Iterator[Input]:
    try:
        yield from history.feed(timed, resource_of(timed.line))
    except (UnreadableObjectError, msgspec.DecodeError) as error:
        raise RecordingError(f"{timed.path}, line {timed.number}: {error}") from error


def _cluster(line: Line, label: str, separate: bool) -> str:
    named = line.cluster or label
    return f"{named}/{label}" if separate else named


def _label(path: Path) -> str:
    stem = path.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".json")
    if stem == "stream" or stem.startswith("stream."):
        return path.resolve().parent.name + stem.removeprefix("stream")
    return stem


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise RecordingError(f"{path}: cannot be read: {error.strerror}") from error
