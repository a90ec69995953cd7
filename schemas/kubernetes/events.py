"""Kubernetes' own Events, which expire after an hour."""

from datetime import datetime

from schemas.kubernetes.parts import Part, View


class ObjectReference(Part, frozen=True, omit_defaults=True):
    """involvedObject and related; for Nodes the kubelet writes the node's name as uid."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    apiVersion: str = ""
    fieldPath: str = ""

    @property
    def group(self) -> str:
        """The API group; "" for core kinds."""
        return self.apiVersion.rpartition("/")[0]


class EventSource(Part, frozen=True, omit_defaults=True):
    """source, empty for senders that use events.k8s.io."""

    component: str | None = None
    host: str | None = None


class EventSeries(Part, frozen=True, omit_defaults=True):
    """series, of senders that use events.k8s.io."""

    count: int = 0
    lastObservedTime: datetime | None = None


class Event(View, frozen=True, omit_defaults=True):
    """v1 Event. Its type tells little: some Normal events tell of failures."""

    involvedObject: ObjectReference = ObjectReference()
    related: ObjectReference | None = None
    reason: str | None = None
    message: str | None = None
    type: str | None = None
    source: EventSource | None = None
    reportingComponent: str | None = None
    count: int | None = None
    firstTimestamp: datetime | None = None
    lastTimestamp: datetime | None = None
    eventTime: datetime | None = None
    series: EventSeries | None = None
