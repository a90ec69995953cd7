"""Nodes that fell ill together: at the same moment, in one zone, or all."""

from datetime import timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ZONE
from stream_jobs.core.signs.disruption import Stretch, stretches

TOGETHER = timedelta(minutes=1)
OLD_ZONE = "failure-domain.beta.kubernetes.io/zone"
Group = list[tuple[Known, Stretch]]


def group_of(
    known: Known, cell: Cell, within: timedelta = TOGETHER, *, status: str = "Unknown"
) -> list[Group]:
    """For each bad time of the node: all nodes whose bad time began within so long of it, earliest first."""
    found = []
    for mine in stretches(known):
        if status and mine.status != status:
            continue
        group = [
            (node, each)
            for node in _nodes(cell)
            for each in stretches(node)
            if (not status or each.status == status) and abs(each.since - mine.since) <= within
        ]
        found.append(sorted(group, key=lambda pair: (pair[1].since, pair[0].name)))
    return found


def share_out_of_reach(cell: Cell, group: Group) -> tuple[list[Known], set[str]]:
    """(the nodes that there were then, the uids of those in the group)."""
    at = group[0][1].since
    every = [
        node
        for node in _nodes(cell)
        if (node.created or node.first_seen) <= at and (node.deleted is None or node.deleted > at)
    ]
    return every, {node.uid for node, _ in group}


def zone_of(node: Known) -> str:
    """The zone that the node says it is in; "" for none."""
    return node.labels.get(ZONE) or node.labels.get(OLD_ZONE, "")


def _nodes(cell: Cell) -> list[Known]:
    key = ("nodes", "")
    if key not in cell.memo:
        cell.memo[key] = cell.every("Node")
    found: list[Known] = cell.memo[key]
    return found
