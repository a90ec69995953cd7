"""A recording cut up for an API server that plays it: each resource's lists, and what each watch brought."""

from collections.abc import Iterable
from datetime import datetime
from heapq import merge
from pathlib import Path

import msgspec

from collectors.history import Ticker
from collectors.lines import Line, timed_lines

# fmt: off
CLUSTER_SCOPED = frozenset(
    {
        "apiservices", "certificatesigningrequests", "clusterqueues", "clusterrolebindings",
        "clusterroles", "clusterworkflowtemplates", "csidrivers", "csinodes",
        "customresourcedefinitions", "deviceclasses", "flowschemas", "ingressclasses",
        "ipaddresses", "mutatingwebhookconfigurations", "namespaces", "nodes", "persistentvolumes",
        "priorityclasses", "prioritylevelconfigurations", "resourceflavors", "resourceslices",
        "runtimeclasses", "servicecidrs", "storageclasses", "validatingadmissionpolicies",
        "validatingadmissionpolicybindings", "validatingwebhookconfigurations", "volumeattachments",
        "volumeattributesclasses",
    }
)
# fmt: on


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a watch sends next: a recorded line, or (without one) how far the recording's clock has come."""

    at: datetime
    line: Line | None = None
    version: int = 0  # resource version the client has after it
    namespace: str = ""
    uid: str = ""


class Segment(msgspec.Struct, kw_only=True):
    """One list of a resource and the watch behind it, up to the next list."""

    items: list[Step] = msgspec.field(default_factory=list)
    end: Line | None = None
    version: int = 0
    ended: datetime | None = None
    steps: list[Step] = msgspec.field(default_factory=list)

    @property
    def last_version(self) -> int:
        """The resource version after the last step."""
        return self.steps[-1].version if self.steps else self.version


class Part(msgspec.Struct, kw_only=True):
    """One resource's part in the recording."""

    group: str
    version: str
    resource: str
    kind: str = ""
    namespaced: bool = True
    segments: list[Segment] = msgspec.field(default_factory=list)
    listing: bool = False
    broken: bool = False  # the watch ended with an error


def write_script(paths: Iterable[Path]) -> dict[tuple[str, str], Part]:
    """Return each resource's part, with ticks of the clock where `read_recording` tells progress."""
    parts: dict[tuple[str, str], Part] = {}
    ticker, clock = Ticker(), None
    for timed in merge(*(timed_lines(path, None) for path in paths), key=lambda timed: timed.at):
        if until := ticker.due(timed.at):
            _tick(parts, until)
        clock = timed.at
        key = (timed.line.group, timed.line.resource)
        part = parts.get(key)
        if part is None:
            group, resource = key
            part = parts[key] = Part(group=group, version=timed.line.version, resource=resource)
            part.namespaced = resource not in CLUSTER_SCOPED
        _add(part, timed.line, timed.at)
    if clock:
        _tick(parts, clock)
    return parts


def _add(part: Part, line: Line, at: datetime) -> None:
    head = line.head()
    version = int(head.metadata.resourceVersion or 0)
    metadata = head.metadata
    step = Step(at=at, line=line, version=version, namespace=metadata.namespace or "", uid=metadata.uid or "")
    part.broken = line.type == "ERROR"
    if line.type in ("LISTED", "LIST_END") and not part.listing:
        part.segments.append(Segment())
        part.listing = True
    segment = part.segments[-1]
    if line.type == "LISTED":
        segment.items.append(step)
    elif line.type == "LIST_END":
        segment.end, segment.version, segment.ended = line, version, at
        part.kind = (head.kind or "").removesuffix("List")
        part.listing = False
    else:
        before = segment.last_version
        segment.steps.append(msgspec.structs.replace(step, version=version or before))


def _tick(parts: dict[tuple[str, str], Part], until: datetime) -> None:
    for part in parts.values():
        if part.segments and not part.listing and not part.broken:
            segment = part.segments[-1]
            segment.steps.append(Step(at=until, version=segment.last_version))
