"""What adders of machines say of a pod that waits: the cluster autoscaler, GKE's, and Karpenter."""

import re
from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.scheduling import bound_at

ORDERED = ("TriggeredScaleUp", "Nominated")
# The cluster autoscaler leaves a group of machines alone for a while after the cloud refused one.
BACKOFF = re.compile(r"in backoff after failed scale-up")
KARPENTER = re.compile(
    r"Failed to schedule pod|[Ii]ncompatible (with|requirements)|did not tolerate|no instance type"
    r"|exceed limits|no nodepools? found"
)


def no_help(known: Known, cell: Cell) -> Iterator[Sighting]:
    """Yield the events by which an autoscaler says that no machine it may add would help the pod."""
    for each in cell.events(known, "NotTriggerScaleUp", "FailedScheduling"):
        if each.reason == "NotTriggerScaleUp" or (
            "karpenter" in each.component and KARPENTER.search(each.message)
        ):
            yield each


def helped_at(known: Known, cell: Cell, since: datetime) -> datetime | None:
    """When the pod had a node, or a machine was ordered for it after a time; None where neither is."""
    ordered = [each.first for each in cell.events(known, *ORDERED) if each.last > since]
    times = [*(max(each, since) for each in ordered), bound_at(known)]
    return min((each for each in times if each is not None), default=None)


def told(known: Known, events: list[Sighting]) -> tuple[Evidence, ...]:
    """The newest of an autoscaler's events as evidence."""
    return tuple(
        Evidence(at=each.first, ref=known.ref, says=one_line(f"{each.reason}: {each.message}"))
        for each in events[-2:]
    )
