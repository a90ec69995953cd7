"""Disks that are attached to nodes: the attach controller's complaints about a pod, volume by volume."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import pod_view, pods_of
from stream_jobs.core.signs.volumes import begun_after, named_claim

MULTI = re.compile(r"Multi-Attach error")
VOLUME = re.compile(r'for volume "([^"]+)"')


class Attach(msgspec.Struct, frozen=True):
    """Failed attaches of one volume for a pod, oldest first; `until` is when the pod began to run."""

    volume: str
    claim: str
    events: tuple[Sighting, ...]
    since: datetime
    until: datetime | None


def attaches(known: Known, cell: Cell, *, multi: bool) -> Iterator[Attach]:
    """Yield what could not be attached: because another node holds it (`multi`), or for another reason."""
    found: dict[str, list[Sighting]] = {}
    for event in cell.events(known, "FailedAttachVolume"):
        if bool(MULTI.search(event.message)) == multi:
            told = VOLUME.search(event.message)
            found.setdefault(told[1] if told else "", []).append(event)
    for volume, events in found.items():
        since, last = min(each.first for each in events), events[-1].last
        begun = begun_after(known, last)
        until = begun or attached_at(known, cell, last) or known.deleted
        claim = named_claim(known, cell, volume)
        yield Attach(volume, claim, tuple(events), since, max(until, since) if until else None)


def attached_at(known: Known, cell: Cell, last: datetime) -> datetime | None:
    """When the controller said that it attached the pod's volume after all."""
    told = cell.events(known, "SuccessfulAttachVolume")
    return next((each.last for each in told if each.last >= last), None)


def holders(known: Known, cell: Cell, attach: Attach) -> list[Known]:
    """The pods on other nodes that had the claim when the attach failed first, newest last."""
    claim = cell.by_name("PersistentVolumeClaim", known.namespace, attach.claim) if attach.claim else None
    node = pod_view(known).spec.nodeName
    users = pods_of(cell.used_by(claim)) if claim is not None else []
    return [
        each
        for each in users
        if each.uid != known.uid
        and pod_view(each).spec.nodeName not in (None, "", node)
        and (each.created or each.first_seen) <= attach.since
    ]
