"""What a cell remembers of one object: its newest view, and what is judged from but later versions hide."""

import sys
from datetime import datetime
from typing import Any

import msgspec

from schemas.contracts import Edit, Manager, Ref
from schemas.kubernetes import View, kind_key
from stream_jobs.core import edits as editing


class Exit(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One ended life of one container. `role` is "main", "init", "sidecar" or "ephemeral"."""

    container: str
    role: str
    restart: int  # 0 = the first life
    code: int
    reason: str = ""
    message: str = ""
    started: datetime | None = None  # None also for the 1970 of a StartError
    ended: datetime | None = None
    seen: datetime | None = None  # ours: when the first version with it arrived


class Wait(msgspec.Struct, omit_defaults=True):
    """A stretch in which a container waited for one reason. Times are ours; the API gives none."""

    container: str
    role: str
    reason: str
    message: str
    since: datetime
    until: datetime | None = None
    restart: int = 0


class Turn(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A condition that changed: its type, new status, reason and message."""

    type: str
    status: str
    reason: str
    message: str
    at: datetime  # lastTransitionTime, else ours
    seen: datetime
    number: int = 0  # which turn of its type it is


class Offer(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What a node offered of one kind of accelerator from a time on (ours)."""

    resource: str
    amount: float
    seen: datetime


class History(msgspec.Struct, omit_defaults=True):
    """What an object went through: a function of its versions in order, and of nothing else."""

    exits: list[Exit] = []
    waits: list[Wait] = []
    turns: list[Turn] = []
    phases: list[tuple[str, datetime]] = []  # (status.phase, ours) at each change of it
    offers: list[Offer] = []  # of a Node: allocatable accelerators at each change
    asked: datetime | None = None  # when its delete was first asked for (the cluster's)
    held: tuple[str, ...] = ()  # finalizers that kept it once its delete was asked for
    due: datetime | None = None  # when it was to be gone by: the same plus the grace period


class Sighting(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One Kubernetes Event, as its newest version tells it. Times are the cluster's."""

    uid: str
    reason: str
    message: str  # without the prefix "(combined from similar events): "
    component: str
    type: str
    first: datetime
    last: datetime
    count: int = 1
    related: Ref | None = None
    container: str = ""  # from involvedObject.fieldPath
    order: tuple[int, int] = (0, 0)


# What `packing` takes out of an object that has been quiet, and puts back when it is read.
PACKED = ("view", "managers", "written", "edits", "history")


class Known(msgspec.Struct, omit_defaults=True):
    """One object of the cell.

    `first_seen` and `seen` are ours. `deleted` is when the delete was observed, None while it exists.
    `written` is the JSON of what somebody may edit, where edits of the kind matter, else empty.
    """

    group: str
    kind: str
    namespace: str
    name: str
    uid: str
    view: View
    first_seen: datetime
    seen: datetime
    listed: bool = False  # it was there when watching began: its past is unknown
    epoch: int = 0
    resource_version: int = 0
    deleted: datetime | None = None
    vanished: bool = False  # the delete itself was missed
    managers: tuple[Manager, ...] = ()
    written: bytes = b""
    edits: list[Edit] = []
    history: History = msgspec.field(default_factory=History)
    key: str = ""  # the kind in full: "Pod", "Job.batch"; follows from group and kind
    created: datetime | None = None  # metadata.creationTimestamp (the cluster's)
    packed: bytes = b""  # while it is `cold`, and after that until it changes
    pattern: bytes = b""
    cold: bool = False

    def __post_init__(self) -> None:
        self.key = sys.intern(kind_key(self.group, self.kind))
        self.created = self.view.metadata.creationTimestamp

    def __getattr__(self, name: str) -> Any:
        """Called only for what is not there: what was packed is unpacked."""
        if name not in PACKED:
            raise AttributeError(name)
        from stream_jobs.core.packing import unpack  # here, as it needs the engines, and they this file

        unpack(self)
        return getattr(self, name)

    @property
    def fields(self) -> dict[str, str]:
        """Dotted path -> JSON text of what somebody may edit: spec, data and labels. Not to be changed."""
        return editing.flatten(self.written)

    @property
    def ref(self) -> Ref:
        """The object's name for contracts."""
        return Ref(kind=self.kind, namespace=self.namespace, name=self.name, uid=self.uid, group=self.group)

    @property
    def labels(self) -> dict[str, str]:
        """metadata.labels, never None."""
        return self.view.metadata.labels or {}

    @property
    def annotations(self) -> dict[str, str]:
        """metadata.annotations, never None."""
        return self.view.metadata.annotations or {}

    @property
    def order(self) -> tuple[int, int]:
        """Where the newest version stands among the object's versions."""
        return self.epoch, self.resource_version

    @property
    def exists(self) -> bool:
        """Whether the API still shows it."""
        return self.deleted is None


class Covered(msgspec.Struct):
    """How far one kind is complete; `until` is ours."""

    since: datetime
    until: datetime
    namespaces: set[str] = set()  # empty = all


def deletion_requested(known: Known) -> datetime | None:
    """When somebody first asked for the delete; when it was gone, where that was not seen.

    The last word is not the first: the kubelet ends a delete with a second one, without grace.
    """
    return known.history.asked or known.deleted
