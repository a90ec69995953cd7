"""The contract of an engine: one file, one constant; whose run is this, and how does it stand?"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from schemas.contracts import Phase, Requests, Step
from schemas.kubernetes import View
from stream_jobs.core.known import Known

if TYPE_CHECKING:
    from stream_jobs.core.cell import Cell

# Where a run stands when an object belongs to several: outermost first.
ORCHESTRATOR, PARENT, JOB, PRIMITIVE, BARE = range(5)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """ "This object is, or belongs to, the run `key` of mine." """

    key: str
    namespace: str


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What an engine says of a run; fields as in Session, which the rest of it is filled into."""

    kind: str
    name: str
    uid: str = ""
    run: str = ""
    definition: str = ""
    trigger: str = ""
    user: str = ""
    phase: Phase
    message: str = ""
    wait: str = ""
    created: datetime | None = None
    queued: datetime | None = None
    admitted: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    deleted: datetime | None = None
    attempt: int = 1
    steps: tuple[Step, ...] = ()
    requests: Requests = Requests()


class FailedPart(msgspec.Struct, frozen=True, kw_only=True):
    """A run that failed, or a step of one, as the engine's objects tell it."""

    step: str = ""  # "": the run itself
    says: str  # "Task train of PipelineRun nightly-x7 failed"
    message: str = ""  # the engine's own
    since: datetime | None
    about: tuple[str, ...] = ()  # uids of the objects that are the step


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """One workflow engine. Facts and traps: docs/reference/engines.md.

    `claim(known, cell)` says from the object itself (its kind, labels, owner references) whether it is or
    belongs to a run; the chain of owners is walked by `identify`, not here. `describe(members, cell)` gets
    all objects of one run, oldest first, deleted ones too, and tells its story. `failed(known, cell)` gets an
    object of the engine's own kinds and yields what failed of the run that it is, if it is one:
    workflow-failed and workflow-step-failed tell it. `links(known)` yields (kind in full, namespace, name) of
    what an object of its own kinds points at, or a pod or what makes pods by its labels, so that causes are
    found there, and the object is placed anew when that one arrives.
    """

    name: str
    title: str = ""  # what people call one of its runs: "Argo Workflow"; "" = the name
    layer: int
    views: dict[str, type[View]] = {}  # the engine's own kinds in full, with their partial views
    absorbs: tuple[str, ...] = ()  # inner engines whose runs are steps here, not sessions
    nests: bool = True  # whether a run may lie in another of its own; else an object is of the nearest one
    starters: tuple[str, ...] = ()  # kinds that start its runs and are none: "CronWorkflow.argoproj.io"
    controllers: tuple[str, ...] = ()  # names of the Deployments or StatefulSets that move its runs
    failed: Callable[[Known, "Cell"], Iterator[FailedPart]] | None = None
    links: Callable[[Known], Iterator[tuple[str, str, str]]] | None = None
    claim: Callable[[Known, "Cell"], Claim | None]
    describe: Callable[[list[Known], "Cell"], Description]
