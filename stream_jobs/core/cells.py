"""The cells of a process, by cluster."""

from collections.abc import Iterable, Mapping

from stream_jobs.core.cell import Cell


class Cells(dict[str, Cell]):
    """One cell a cluster, made when it is first asked for, all with the same thresholds."""

    def __init__(self, thresholds: Mapping[str, float] | None = None) -> None:
        super().__init__()
        self._thresholds = thresholds

    def __missing__(self, cluster: str) -> Cell:
        self[cluster] = Cell(cluster, self._thresholds)
        return self[cluster]

    def load(self, cluster: str, entries: Iterable[tuple[str, bytes]]) -> None:
        """Build a cluster's cell from its mirrored entries."""
        self[cluster] = Cell.load(cluster, entries, self._thresholds)
