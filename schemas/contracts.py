"""What crosses a process: Change, Progress and Gap go in; Session, Anomaly and Edit come out.

All times are aware UTC datetimes. "Ours" is the collector's clock, "the cluster's" is a time that an
object states itself. None means unknown, never zero. Each record carries `v`, the version of its contract;
a reader takes records of its own version and older, unknown fields are passed over.
"""

from datetime import datetime
from typing import Literal

import msgspec

CONTRACT_VERSION = 1

Verb = Literal["added", "modified", "deleted", "listed", "vanished"]
Phase = Literal["Pending", "Running", "Succeeded", "Failed", "Error", "Cancelled", "Suspended", "Skipped"]
Severity = Literal["critical", "high", "medium", "low", "info"]
AnomalyState = Literal["open", "closed", "withdrawn"]
LinkKind = Literal["", "owner", "label", "inferred"]

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
ENDED: frozenset[Phase] = frozenset({"Succeeded", "Failed", "Error", "Cancelled", "Skipped"})


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """What all contracts share."""

    v: int = CONTRACT_VERSION
    cluster: str


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """Names one Kubernetes object. `uid` is "" where only a name is known; `group` is "" for core kinds."""

    kind: str
    namespace: str = ""
    name: str
    uid: str = ""
    group: str = ""


# --- in: what a collector saw ---------------------------------------------------------------------------


class Manager(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of metadata.managedFields, compact.

    `fields` are the dotted paths the manager owns, at most two levels deep ("spec.replicas",
    "metadata.labels", "status.conditions"). `time` is the cluster's, None where the API gave none.
    """

    manager: str
    operation: str = ""
    subresource: str = ""
    time: datetime | None = None
    fields: tuple[str, ...] = ()


class Change(Record, frozen=True, kw_only=True, tag="change"):
    """One object as one collector saw it, redacted.

    Order of one object's changes: (epoch, resource_version), then observed_at; vanished sorts last.
    """

    verb: Verb  # vanished: its delete was missed and is inferred from a relist
    observed_at: datetime  # ours
    happened_at: datetime | None = None  # the cluster's: the newest time the object itself states
    group: str = ""
    version: str = "v1"  # of the API
    resource: str = ""  # plural, as in the URL: "pods"
    kind: str
    namespace: str = ""
    name: str
    uid: str
    resource_version: int = 0  # 0 where the source gave none (a dump)
    epoch: int = 0  # raised when resource versions went backwards, as after a restored etcd
    actor: str = ""  # manager of the newest write that is not to status; "" unknown
    managers: tuple[Manager, ...] = ()
    object: msgspec.Raw = msgspec.Raw(b"{}")  # the object without managedFields


class Progress(Record, frozen=True, kw_only=True, tag="progress"):
    """Says that the cluster's resource is complete up to `until`; every few seconds, among the changes."""

    group: str = ""
    resource: str  # plural
    kind: str = ""
    observed_at: datetime  # ours: when it was said
    until: datetime  # ours
    namespace: str = ""  # "" = all namespaces
    received: int = 0  # changes received since the last Progress of this resource
    dropped: int = 0  # of them, dropped because nothing that a person would want changed


class Gap(Record, frozen=True, kw_only=True, tag="gap"):
    """Says that the collector was blind for this resource from `since` to `until` (ours), and why."""

    group: str = ""
    resource: str  # plural; "*" = every resource
    kind: str = ""
    observed_at: datetime  # ours: when it was known
    since: datetime
    until: datetime
    reason: str  # a sentence: "the watch was refused: 410 Expired"


Input = Change | Progress | Gap

# --- out: what the core concludes -----------------------------------------------------------------------


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was seen: which object, when (the cluster's time where it has one), and the words."""

    at: datetime | None
    ref: Ref
    says: str  # one line: "container main: OOMKilled, exit code 137, limit 64 MiB"
    resource_version: int = 0  # of the change that shows it; 0 = not tied to one version


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of an attempt's life: "scheduling", "starting", "init", "running", "terminating"."""

    name: str
    since: datetime
    until: datetime | None = None  # None: goes on


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a step, usually one pod. Numbers start at 1."""

    number: int
    pod: str = ""
    pod_uid: str = ""
    node: str = ""
    zone: str = ""
    phase: Phase
    created: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    exit_code: int | None = None
    reason: str = ""
    message: str = ""
    restarts: int = 0
    spans: tuple[Span, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One task of a workflow, one container or role of a job; `after` names the steps it waits for."""

    name: str
    kind: str = ""  # the engine's own word: "Pod", "Suspend", "container", "replicatedJob"
    phase: Phase
    message: str = ""  # the engine's own
    started: datetime | None = None
    ended: datetime | None = None
    after: tuple[str, ...] = ()
    attempts: tuple[Attempt, ...] = ()


class Requests(msgspec.Struct, frozen=True, kw_only=True):
    """What a session's pods ask for together, at its widest."""

    gpus: float = 0.0
    cpus: float = 0.0  # cores
    memory_bytes: int = 0


class PathStep(msgspec.Struct, frozen=True, kw_only=True):
    """One link from root to symptom."""

    anomaly: str  # Anomaly.id
    failure: str
    subject: Ref
    title: str
    since: datetime | None = None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """How a session that is not well came to be so: root first, then the path down to what the user sees."""

    failure: str  # id of the root; "" = not explained by Kubernetes data
    anomaly: str = ""  # Anomaly.id of the root
    title: str  # one sentence: what went wrong and why
    explanation: str = ""
    path: tuple[PathStep, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    playbook: tuple[str, ...] = ()
    confidence: float = 0.0  # 0..1
    instances: int = 1  # objects that fared as the root did: 8 where eight pods, or tries, died of one thing
    examples: tuple[Ref, ...] = ()  # where there are several: the first three subjects
    also: tuple[str, ...] = ()  # Anomaly.ids of other roots that are left
    differs: tuple[str, ...] = ()  # from the newest good run of the same definition, likeliest reason first
    checked: tuple[str, ...] = ()  # what could not be checked, or was checked in vain


class Session(Record, frozen=True, kw_only=True):
    """One run of one workflow. `id` is cluster/engine/namespace/run and never moves."""

    id: str
    version: int  # orders rows of one id; from the newest input folded, see Cell.version
    withdrawn: bool = False  # it was no run of its own after all
    engine: str  # "job", "cronjob", "argo", "airflow", "jobset", "tekton", "pod"
    kind: str  # of the run's object
    namespace: str = ""
    name: str
    uid: str = ""  # of the run's object; "" where it has none or was not seen
    run: str = ""  # the engine's run id
    definition: str = ""  # what it is a run of
    trigger: str = ""  # "schedule", "manual", "event", "resubmit", ...
    user: str = ""  # who started it, where the engine knows
    parent: str = ""  # Session.id
    link: LinkKind = ""  # how the parent is known
    link_score: float = 1.0  # 0..1: how sure that is; below 1 only where it is inferred
    phase: Phase
    message: str = ""  # the engine's own
    wait: str = ""  # what it waits for, stated by an engine or the scheduler; "" = nothing
    created: datetime | None = None  # the object
    queued: datetime | None = None  # when it was due, or began to wait for admission
    admitted: datetime | None = None  # by a queue
    started: datetime | None = None  # its work
    ended: datetime | None = None  # None while it is not over
    deleted: datetime | None = None  # the object
    attempt: int = 1  # raised where the whole run is tried again
    steps: tuple[Step, ...] = ()
    requests: Requests = Requests()  # of all its pods
    verdict: Verdict | None = None  # None: it went, or goes, well


class Anomaly(Record, frozen=True, kw_only=True):
    """One thing that is or was wrong; `id` hashes (cluster, failure, subject, occurrence)."""

    id: str
    version: int
    failure: str  # catalogue id
    severity: Severity
    state: AnomalyState
    root: bool  # of its incident
    cause: str | None = None  # Anomaly.id
    subject: Ref
    occurrence: str = ""  # which time: container and restart, attempt, generation
    sessions: tuple[str, ...] = ()  # Session.ids it hits
    since: datetime | None = None
    until: datetime | None = None  # None while open
    title: str
    explanation: str = ""
    playbook: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    confidence: float = 1.0  # 0..1
    instances: int = 1  # objects that fared so in one incident: beside it, or as other tries of the same step
    runbook: str = ""  # the page about the failure: "docs/failures/container-oom-killed.md"
    rule: int = 1  # version of the failure's rule


class Edit(Record, frozen=True, kw_only=True):
    """One field of one object went from old to new (JSON text; "" = absent).

    Between two versions only the interval is known: after `after`, not later than `before` (the cluster's
    times where it has them, else ours).
    """

    id: str  # hash of (uid, path, epoch, resource_version)
    version: int
    ref: Ref
    path: str  # dotted: "spec.replicas", "data.batch_size"
    old: str
    new: str
    manager: str = ""  # "" unknown; "(field owner removed)" is itself evidence of an imperative change
    operation: str = ""
    after: datetime | None = None
    before: datetime
    resource_version: int = 0
    sessions: tuple[str, ...] = ()


class DeadLetter(Record, frozen=True, kw_only=True):
    """A record or line that could not be taken, and why. Nothing is thrown away without one."""

    at: datetime  # ours
    stage: str  # "collect", "correlate", "store"
    topic: str = ""
    partition: int = -1
    offset: int = -1
    reason: str
    body: str = ""  # at most 64 KiB of it, undecodable bytes escaped
