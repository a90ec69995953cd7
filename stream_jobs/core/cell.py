"""The cell: all that is remembered of one cluster, and the questions that engines and failures ask of it.

State is what is mirrored (objects, events, progress, gaps, rows sent, version); everything else is an index
that `load` builds anew. Only `remember`, `identify` and `judge` write to it.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from schemas.contracts import Edit, Gap, Ref
from stream_jobs.core.engine import Description
from stream_jobs.core.finding import Finding
from stream_jobs.core.good_runs import GoodRun
from stream_jobs.core.known import Covered, Known, Sighting
from stream_jobs.core.leads import leads
from stream_jobs.core.mirrored import entry, restore
from stream_jobs.core.packing import Pattern
from stream_jobs.core.references import addresses, references, target
from stream_jobs.core.run import Run
from stream_jobs.core.runs.queues import JOB_UID

# Silence is judged against the slowest of these, as far as they are collected at all.
CLOCKS = ("Pod", "Event", "Node", "Job.batch", "PersistentVolumeClaim")


class Cell:
    """One cluster. See `advance` for how it is used."""

    def __init__(self, cluster: str, thresholds: Mapping[str, float] | None = None) -> None:
        """`thresholds` are those that were set, by their ids, times in seconds."""
        self.cluster = cluster
        self.thresholds = thresholds or {}
        # -- state
        self.version = 0  # grows with each input that changes anything; from the inputs' times, never a clock
        self.objects: dict[str, Known] = {}  # by uid
        self.sightings: dict[
            str, dict[str, Sighting]
        ] = {}  # by uid or name of the involved object, by event uid
        self.covered: dict[str, Covered] = {}  # by kind in full
        self.gaps: list[Gap] = []
        self.good_runs: dict[str, tuple[GoodRun, ...]] = {}  # by definition, oldest first
        self.sent: dict[str, bytes] = {}  # the newest row of each session and anomaly, by its id
        self._start()

    def _start(self) -> None:
        # -- indexes
        self.names: dict[str, str] = {}  # target -> uid of the newest object of that name
        self.kinds: dict[str, set[str]] = {}  # kind in full -> uids
        self.memo: dict[tuple[str, str], Any] = {}  # what failures share; valid within one judgement
        self.users: dict[str, set[str]] = {}  # target -> uids that point at it
        self.pointers: dict[str, tuple[str, ...]] = {}  # uid -> its targets
        self.runs: dict[str, Run] = {}  # by session id
        self.homes: dict[str, tuple[str, ...]] = {}  # uid -> session ids, innermost first
        self.members: dict[str, set[str]] = {}  # session id -> uids
        self.findings: dict[str, tuple[Finding, ...]] = {}  # by uid of the judged object
        self.marks: dict[str, dict[str, Finding]] = {}  # anomaly id -> uid of the judged object -> finding
        self.marks_at: dict[str, set[str]] = {}  # uid of a judged, named or hurt object -> anomaly ids
        self.causes: dict[str, str] = {}  # anomaly id -> id of the anomaly that caused it
        self.effects: dict[str, set[str]] = {}  # the reverse
        self.alike: dict[str, set[str]] = {}  # definition -> session ids
        self.described: dict[str, Description] = {}  # session id -> what its engine says
        self.timers: list[tuple[datetime, str]] = []  # heap: cell time at which a uid is judged again
        self.swept: datetime | None = None  # cell time at which the last look for what is over was
        self.waiting: list[str] = []  # uids that are still to be looked at whether they have been quiet
        self.patterns: dict[str, Pattern] = {}  # by kind in full
        # -- since the last judgement
        self.touched: set[str] = set()  # uids to judge
        self.moved: set[str] = set()  # of them, those whose neighbours are to be judged too
        self.edits: list[Edit] = []  # new ones
        self.dirty: set[str] = set()  # entries to mirror

    # -- questions: objects ------------------------------------------------------------------------------

    def by_name(self, key: str, namespace: str, name: str) -> Known | None:
        """The newest object of that name, existing or deleted; None where none was seen."""
        uid = self.names.get(target(key, namespace, name))
        return self.objects.get(uid) if uid else None

    def by_ref(self, ref: Ref) -> Known | None:
        """The object a Ref names, by uid where it has one."""
        if ref.uid:
            return self.objects.get(ref.uid)
        return self.by_name(f"{ref.kind}.{ref.group}" if ref.group else ref.kind, ref.namespace, ref.name)

    def owner(self, known: Known) -> Known | None:
        """The controller, else the first owner that was seen, else the job that a mirrored Workload names."""
        owners = known.view.metadata.ownerReferences or ()
        if len(owners) > 1:
            owners = tuple(sorted(owners, key=lambda each: not each.controller))
        for each in owners:
            if (found := self.objects.get(each.uid)) is not None:
                return found
        return self.objects.get(known.labels.get(JOB_UID, ""))

    def owners(self, known: Known) -> Iterator[Known]:
        """The chain of owners, nearest first; at most eight."""
        seen = {known.uid}
        current = self.owner(known)
        while current is not None and current.uid not in seen and len(seen) <= 8:
            yield current
            seen.add(current.uid)
            current = self.owner(current)

    def owned(self, known: Known, key: str = "") -> list[Known]:
        """What the object owns directly, oldest first; deleted ones too. `key` keeps one kind."""
        found = [
            each
            for uid in self.users.get(known.uid, ())
            if (each := self.objects.get(uid)) is not None and (not key or each.key == key)
        ]
        return sorted(found, key=_age)

    def descendants(self, known: Known) -> Iterator[Known]:
        """All that is owned, directly or not."""
        waiting, seen = [known], {known.uid}
        while waiting:
            for each in self.owned(waiting.pop()):
                if each.uid not in seen:
                    seen.add(each.uid)
                    waiting.append(each)
                    yield each

    def used_by(self, known: Known) -> list[Known]:
        """What points at the object by uid or name, oldest first: a node's pods, a claim's users."""
        uids = {uid for address in addresses(known)[:2] for uid in self.users.get(address, ())}
        return sorted((self.objects[uid] for uid in uids if uid in self.objects), key=_age)

    def uses(self, known: Known) -> Iterator[Known]:
        """What the object points at, as far as it was seen."""
        for pointer in self.pointers.get(known.uid, ()):
            uid = pointer if pointer in self.objects else self.names.get(pointer)
            if uid is not None and uid in self.objects:
                yield self.objects[uid]

    def every(self, key: str) -> list[Known]:
        """Every object of a kind, by name; deleted ones too."""
        found = (self.objects[uid] for uid in self.kinds.get(key, ()))
        return sorted(found, key=lambda each: (each.namespace, each.name, each.uid))

    def of_kind(self, key: str) -> Iterator[Known]:
        """Every existing object of a kind, by name: for small kinds (nodes, quotas) only."""
        return (known for known in self.every(key) if known.exists)

    def node(self, known: Known) -> Known | None:
        """The node a pod was bound to."""
        name = getattr(getattr(known.view, "spec", None), "nodeName", None)
        return self.by_name("Node", "", name) if name else None

    # -- questions: events, sessions, time ---------------------------------------------------------------

    def events(self, known: Known, *reasons: str) -> list[Sighting]:
        """The object's events, oldest first; with `reasons`, only those."""
        key = involved(known.key, known.name, known.uid)
        if key not in self.sightings:
            return []
        memo = ("events", key)
        if memo not in self.memo:
            self.memo[memo] = _by_reason(self.sightings[key].values())
        by_reason: dict[str, list[Sighting]] = self.memo[memo]
        if len(reasons) <= 1:
            return list(by_reason.get(reasons[0] if reasons else "", ()))
        found = [each for reason in by_reason if reason and reason in reasons for each in by_reason[reason]]
        return sorted(found, key=_when) if len(found) > 1 else found

    def run_of(self, known: Known) -> Run | None:
        """The innermost run the object is part of."""
        home = self.homes.get(known.uid)
        return self.runs.get(home[0]) if home else None

    @property
    def time(self) -> datetime | None:
        """Cell time: up to here all that matters was seen. None: nothing may be judged from silence."""
        return min((self.covered[key].until for key in CLOCKS if key in self.covered), default=None)

    def complete(self, key: str, namespace: str = "") -> bool:
        """Whether everything of the kind (in the namespace) was collected, so that absence means absence."""
        covered = self.covered.get(key)
        return covered is not None and (not covered.namespaces or namespace in covered.namespaces)

    # -- the mirror --------------------------------------------------------------------------------------

    def take_dirty(self) -> list[tuple[str, bytes | None]]:
        """Return the entries that changed since the last call, as (key, value); None: delete the entry."""
        taken = [(key, entry(self, key)) for key in sorted(self.dirty)]
        self.dirty.clear()
        return taken

    @classmethod
    def load(
        cls,
        cluster: str,
        entries: Iterable[tuple[str, bytes]],
        thresholds: Mapping[str, float] | None = None,
    ) -> "Cell":
        """Build the cell from its mirrored entries; the next `advance` judges all of it again."""
        cell = cls(cluster, thresholds)
        for key, value in entries:
            restore(cell, key, value)
        for known in cell.objects.values():
            cell.index(known)
        cell.touched.update(cell.objects)
        cell.moved.update(cell.objects)
        return cell

    def index(self, known: Known) -> None:
        """Put the object's newest version into the indexes."""
        address = target(known.key, known.namespace, known.name)
        holder = self.objects.get(self.names.get(address, ""))
        if holder is None or _age(holder) <= _age(known):
            self.names[address] = known.uid
        self.kinds.setdefault(known.key, set()).add(known.uid)
        told = self.sightings.get(involved(known.key, known.name, known.uid), {}).values()
        now = tuple(dict.fromkeys((*references(known), *leads(known, told))))
        before = self.pointers.get(known.uid, ())
        if now == before:
            return
        for gone in set(before) - set(now):
            self.users[gone].discard(known.uid)
        for pointer in now:
            self.users.setdefault(pointer, set()).add(known.uid)
        self.pointers[known.uid] = now


def involved(key: str, name: str, uid: str) -> str:
    """Where an object's events are kept: by uid; Nodes by name, as the kubelet gives no true uid."""
    return f"Node//{name}" if key == "Node" or not uid else uid


def _by_reason(events: Iterable[Sighting]) -> dict[str, list[Sighting]]:
    found: dict[str, list[Sighting]] = {"": sorted(events, key=_when)}
    for each in found[""]:
        if each.reason:
            found.setdefault(each.reason, []).append(each)
    return found


def _when(event: Sighting) -> tuple[datetime, datetime, str]:
    return event.last, event.first, event.uid


def _age(known: Known) -> tuple[datetime, str]:
    return known.created or known.first_seen, known.uid
