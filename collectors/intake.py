"""The one path from what the API server sent to inputs: observed, without noise, lists framed."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol

import msgspec

from collectors.index import Index, Listing
from collectors.metadata_only import only_metadata
from collectors.observe import Seen, number, observe
from collectors.resource import Resource
from schemas.contracts import Change, Gap, Input, Progress, Verb

VERBS: dict[str, Verb] = {"ADDED": "added", "MODIFIED": "modified", "DELETED": "deleted", "LISTED": "listed"}
RELISTED = "the watch broke and the list was read again"
WENT_BACK = "resource versions went backwards: the cluster's store was put back to an earlier state"


class Receiver(Protocol):
    """Who takes what one list and watch bring, in order: a Stream, or a recorder."""

    resource: Resource
    complete: bool  # a list was read to its end and the next one has not begun
    heard_at: datetime | None  # when the newest item or sign of life came

    def item(self, verb: Verb, body: bytes, at: datetime) -> Change | None:
        """Take one object."""
        ...

    def heard(self, at: datetime, sign: str, body: bytes) -> None:
        """Take a sign of life that is no object: BOOKMARK or ERROR."""
        ...

    def begin_list(self, at: datetime, reason: str) -> Gap | None:
        """A list begins."""
        ...

    def end_list(self, version: str | None, list_kind: str | None, at: datetime) -> Iterable[Input]:
        """The list was read to its end."""
        ...

    def give_up_list(self) -> None:
        """The list broke off."""
        ...

    def gap(self, since: datetime, until: datetime, reason: str) -> Gap:
        """Say that nothing was seen between two times."""
        ...

    def progress(self, until: datetime) -> Progress:
        """Say that all was seen up to a time."""
        ...


class Intake:
    """One cluster's side of the path: its name and the index that all its streams share."""

    def __init__(self, cluster: str) -> None:
        self.cluster = cluster
        self.index = Index(cluster)


class Stream:
    """One resource as one source sees it: a list, the watch behind it, the next list.

    The live collector has one for each watch, a recording one for each file and resource; both feed items in
    order of arrival. Times are the caller's clock. `covers` says for which namespaces its lists speak.
    """

    def __init__(
        self,
        intake: Intake,
        resource: Resource,
        covers: Callable[[str], bool] | None = None,
        namespace: str = "",
    ) -> None:
        self.resource = resource
        self.complete = False  # a list was read to its end and the next one has not begun
        self.broken = False  # the watch behind it ended with an error, and nothing came since
        self.heard_at: datetime | None = None  # when its newest item or sign of life came
        self._intake = intake
        self._covers = covers
        self._blind_since: datetime | None = None  # until a list has been read to its end
        self._namespace = namespace
        self._listed: set[str] | None = None  # uids of the list that is being read
        self._epoch = 0
        self._received = self._dropped = 0

    @property
    def listing(self) -> bool:
        """Whether a list has begun and not ended."""
        return self._listed is not None

    def item(self, verb: Verb, body: bytes, at: datetime) -> Change | None:
        """Take one object; return what there is to say, or None where nothing is.

        Raises UnreadableObjectError where the body is no object.
        """
        self.heard_at, self.broken = at, False
        self._received += 1
        body = only_metadata(self.resource, body)
        change = observe(Seen(verb, self.resource, body, at, self._intake.cluster))
        if change and self._listed is not None:
            self._listed.add(change.uid)
        admitted = self._intake.index.admit(change) if change else None
        self._dropped += admitted is None
        return admitted

    def heard(self, at: datetime, sign: str = "BOOKMARK", body: bytes = b"{}") -> None:
        """Note a sign that is no object: a bookmark, or the error that ended the watch (410, 429, 503).

        An error says that the server is there, and nothing of what happened since it was heard last.
        """
        self.broken = sign == "ERROR"
        if not self.broken:
            self.heard_at = at

    def begin_list(self, at: datetime, reason: str = RELISTED) -> Gap | None:
        """A list begins; return the Gap since this was last heard of, if it had been complete before."""
        self._listed, self.broken = set(), False
        self._epoch = self._intake.index.epoch(self.resource)
        if self.complete:
            self.complete, self._blind_since = False, self.heard_at
        self.heard_at = at
        return self.gap(self._blind_since, at, reason) if self._blind_since else None

    def end_list(self, version: str | None, list_kind: str | None, at: datetime) -> Iterator[Input]:
        """The list was read to its end: yield what vanished, and that the resource is complete."""
        self.resource = _with_kind(self.resource, list_kind or "")
        uids, self._listed = self._listed or set(), None
        listing = Listing(
            resource=self.resource, version=number(version), at=at, uids=uids, covers=self._covers
        )
        yield from self._intake.index.vanish(listing)
        if self._intake.index.epoch(self.resource) != self._epoch:
            yield self.gap(self.heard_at or at, at, WENT_BACK)
        self.complete, self.heard_at, self._blind_since = True, at, None
        yield self.progress(at)

    def give_up_list(self) -> None:
        """The list broke off: nothing is inferred from it."""
        self._listed = None

    def gap(self, since: datetime, until: datetime, reason: str) -> Gap:
        """Return a Gap of this resource, known at its end."""
        return Gap(
            cluster=self._intake.cluster,
            group=self.resource.group,
            resource=self.resource.resource,
            kind=self.resource.kind,
            observed_at=until,
            since=min(since, until),
            until=until,
            reason=reason,
        )

    def progress(self, until: datetime) -> Progress:
        """Return a Progress with what was received and dropped since the last one."""
        received, dropped, self._received, self._dropped = self._received, self._dropped, 0, 0
        return Progress(
            cluster=self._intake.cluster,
            group=self.resource.group,
            resource=self.resource.resource,
            kind=self.resource.kind,
            namespace=self._namespace,
            observed_at=until,
            until=until,
            received=received,
            dropped=dropped,
        )


def _with_kind(resource: Resource, list_kind: str) -> Resource:
    """A recording's first list tells the kind: a "PodList" holds Pods."""
    return (
        resource if resource.kind else msgspec.structs.replace(resource, kind=list_kind.removesuffix("List"))
    )
