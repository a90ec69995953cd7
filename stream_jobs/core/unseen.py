"""What could not be checked about a run: when we were blind, what was not collected, what is forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import Description
from stream_jobs.core.known import Known

EVENTS_KEPT = timedelta(hours=1)  # kube-apiserver --event-ttl
GAPS = 3
NEEDED = ("Event", "Node", "PersistentVolumeClaim")  # what a run's story is told from, beside its own


def blind(cell: Cell, told: Description, until: datetime | None) -> tuple[str, ...]:
    """Say where we were blind from the run's beginning to the newest thing that the verdict tells."""
    since = told.created or told.started
    said = [
        f"blind for {gap.resource} from {gap.since:%H:%M:%S} to {gap.until:%H:%M:%S}: {gap.reason}"
        for gap in cell.gaps
        if since is not None and gap.until >= since and (until is None or gap.since <= until)
    ]
    return tuple(dict.fromkeys(said))[:GAPS]


def uncollected(cell: Cell, session: str, told: Description) -> tuple[str, ...]:
    """Say which kinds the run's story would need and were not collected, or are forgotten by now."""
    return tuple(_uncollected(cell, session, told))


def _uncollected(cell: Cell, session: str, told: Description) -> Iterator[str]:
    namespace = cell.runs[session].namespace
    members = [cell.objects[uid] for uid in cell.members[session]]
    if not cell.complete("Event", namespace):
        yield f"events of namespace {namespace} were not collected: what Kubernetes said meanwhile is unknown"
    elif _are_forgotten(cell, members, told):
        yield "events of that time are gone: a cluster keeps them for about an hour"
    if not cell.complete("Node"):
        yield "nodes were not collected: whether a machine failed is unknown"
    if _have_claims(cell, members) and not cell.complete("PersistentVolumeClaim", namespace):
        yield f"volume claims of namespace {namespace} were not collected: how their disks are is unknown"


def _are_forgotten(cell: Cell, members: list[Known], told: Description) -> bool:
    began = cell.covered["Event"].since  # to be collected
    return (
        told.ended is not None
        and told.ended + EVENTS_KEPT < began
        and not any(cell.events(each) for each in members)
    )


def _have_claims(cell: Cell, members: list[Known]) -> bool:
    pointers = (pointer for each in members for pointer in cell.pointers.get(each.uid, ()))
    return any(pointer.startswith("PersistentVolumeClaim/") for pointer in pointers)
