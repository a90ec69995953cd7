"""scheduling-rules-changed: a label, taint, quota, limit or StorageClass was changed, and work waits since.

Such changes happen all the time. What tells is the pod that is refused for what was changed, so it is judged
there; the subject is the object that was changed.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Edit
from schemas.kubernetes import PersistentVolumeClaim
from stream_jobs.core.cell import Cell
from stream_jobs.core.edits import OWNER_GONE
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.leads import REFUSED
from stream_jobs.core.pods import pod_view
from stream_jobs.core.quantities import quantity, say_time
from stream_jobs.core.runs.kueue import cluster_queue
from stream_jobs.core.runs.queues import CLUSTER_QUEUE, WORKLOAD
from stream_jobs.core.signs.creations import Refused, refused
from stream_jobs.core.signs.disruption import TAINT_MANAGER, disrupted, told_by
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.placement import FAULTS, LABELS, TAINTS, wanted_labels
from stream_jobs.core.signs.scheduling import blames
from stream_jobs.core.thresholds import Patience

LOOK_BACK = Patience(
    id="scheduling-rules-changed.look-back",
    default=timedelta(hours=1),
    says="A change counts as the reason of a wait that began within so long after it",
)
SKEW = timedelta(seconds=5)
QUOTA = re.compile(r"exceeded quota: (?P<quota>[^\s,]+), requested: (?P<requested>\S+), used:")
LIMIT = re.compile(r"(?:minimum|maximum) (?P<resource>\S+) usage per (?:Container|Pod)")
NOMINAL = re.compile(r"resources\[([^\]]+)\]\.nominalQuota$")
STORAGE_CLASS = "StorageClass.storage.k8s.io"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key == "Pod":
        yield from _labels(known, cell)
        yield from _taints(known, cell)
    elif isinstance(known.view, PersistentVolumeClaim):
        yield from _storage_class(known, known.view, cell)
    elif known.key == WORKLOAD:
        yield from _queue(known, cell)
    elif cell.events(known, *REFUSED):
        for each in refused(known, cell):
            yield from _quota(known, cell, each)
            yield from _limits(known, cell, each)


# --- nodes ----------------------------------------------------------------------------------------------


def _labels(known: Known, cell: Cell) -> Iterator[Finding]:
    """A label that the pod insists on was taken from a node."""
    for blame in blames(known, cell, "selector"):
        wanted = wanted_labels(pod_view(known).spec)
        for node in cell.every("Node"):
            for edit in _recent(cell, node.edits, blame.since):
                key = edit.path.removeprefix(LABELS)
                if (
                    key != edit.path
                    and _was_wanted(key, _plain(edit.old), wanted)
                    and not _restored(node, edit)
                ):
                    yield _finding(known, node, edit, f"label {key}={_plain(edit.old)}")


def _was_wanted(key: str, value: str, wanted: list[str]) -> bool:
    return f"{key}={value}" in wanted or any(
        each.startswith(f"{key} in (") and value in re.split(r"[(), ]+", each) for each in wanted
    )


def _restored(node: Known, edit: Edit) -> bool:
    return any(
        each.path == edit.path and each.new == edit.old and each.resource_version > edit.resource_version
        for each in node.edits
    )


def _taints(known: Known, cell: Cell) -> Iterator[Finding]:
    """The pod was evicted by a taint that somebody set. What it keeps away is told by untolerated-taint."""
    turn, node = disrupted(known, TAINT_MANAGER), cell.node(known)
    if turn is None or node is None:
        return
    for edit in _recent(cell, node.edits, turn.at):
        key = _plain(edit.new)
        if edit.path.startswith(TAINTS) and edit.path.endswith("].key") and not key.startswith(FAULTS):
            yield _finding(known, node, edit, f"taint {key}", added=True)


# --- rules of the namespace -----------------------------------------------------------------------------


def _quota(known: Known, cell: Cell, told: Refused) -> Iterator[Finding]:
    found = QUOTA.search(told.inner)
    quota = cell.by_name("ResourceQuota", known.namespace, found["quota"]) if found is not None else None
    if quota is None or found is None:
        return
    asked = {part.partition("=")[0] for part in found["requested"].split(",")}
    for edit in _recent(cell, quota.edits, told.since):
        resource = edit.path.removeprefix("spec.hard.")
        if resource in asked and (not edit.old or quantity(_plain(edit.old)) > quantity(_plain(edit.new))):
            yield _finding(known, quota, edit, resource)


def _limits(known: Known, cell: Cell, told: Refused) -> Iterator[Finding]:
    found = LIMIT.search(told.inner)
    if found is None:
        return
    for ranges in cell.of_kind("LimitRange"):
        for edit in _recent(cell, ranges.edits, told.since) if ranges.namespace == known.namespace else ():
            if edit.path.startswith("spec.limits") and edit.path.endswith(f".{found['resource']}"):
                yield _finding(known, ranges, edit, edit.path.rpartition("].")[2])


def _queue(known: Known, cell: Cell) -> Iterator[Finding]:
    """The queue's quota was lowered, and the Workload waits for it."""
    held = [each for each in known.history.turns if each.type == "QuotaReserved" and each.status == "False"]
    name = cluster_queue(known, cell) if held else ""
    queue = cell.by_name(CLUSTER_QUEUE, "", name) if name else None
    for edit in _recent(cell, queue.edits, held[0].at) if queue is not None else ():
        found = NOMINAL.search(edit.path)
        if queue is not None and found and quantity(_plain(edit.old)) > quantity(_plain(edit.new)):
            yield _finding(known, queue, edit, f"quota for {found[1]}")


def _storage_class(known: Known, view: PersistentVolumeClaim, cell: Cell) -> Iterator[Finding]:
    name = view.spec.storageClassName or ""
    found = cell.by_name(STORAGE_CLASS, "", name) if name else None
    if found is None or found.deleted is None or view.status.phase != "Pending" or view.spec.volumeName:
        return
    waits = known.created or known.first_seen
    if waits - LOOK_BACK.of(cell) > found.deleted:
        return
    yield Finding(
        says=f"StorageClass {name} was deleted at {say_time(found.deleted)}, and volume claim {known.name} "
        "waits for it",
        since=found.deleted,
        subject=found.ref,
        occurrence="deleted",
        evidence=(told_by(found, found.deleted, f"StorageClass {name} was deleted"),),
        hits=(known.uid,),
    )


# --- all of them ----------------------------------------------------------------------------------------


def _recent(cell: Cell, edits: list[Edit], waits: datetime) -> list[Edit]:
    """The edits shortly before the wait began."""
    return [each for each in edits if waits - LOOK_BACK.of(cell) <= each.before <= waits + SKEW]


def _plain(text: str) -> str:
    """A value as it stands in an edit, without its quotes."""
    try:
        value = json.loads(text) if text else ""
    except ValueError:
        return text
    return str(value)


def _finding(known: Known, changed: Known, edit: Edit, what: str, *, added: bool = False) -> Finding:
    new = _plain(edit.new)
    verb = (
        "was set on"
        if added
        else f"of {changed.kind} {changed.name} was changed to {new}"
        if new
        else "was taken from"
    )
    where = "" if verb.startswith("of ") else f" {changed.kind} {changed.name}"
    manager = "" if edit.manager in ("", OWNER_GONE) else f" by {edit.manager}"
    return Finding(
        says=one_line(f"{what[:1].upper()}{what[1:]} {verb}{where} at {say_time(edit.before)}{manager}"),
        since=edit.before,
        subject=changed.ref,
        occurrence=f"{edit.resource_version}/{edit.path}",
        evidence=(
            told_by(changed, edit.before, f"{edit.path}: {edit.old or 'nothing'} -> {edit.new or 'nothing'}"),
        ),
        hits=(known.uid,),
    )


FAILURE = Failure(
    id="scheduling-rules-changed",
    title="Placement rules changed",
    says="A rule or a mark that decides where pods may run, or how much they may ask for, was changed "
    "shortly before, and what waits now waits for exactly that.",
    sees="Work that started yesterday stays Pending or is refused today, with the same description.",
    confirm=(
        "kubectl get node NODE --show-labels and kubectl describe node NODE: compare labels and taints with "
        "what the pod asks for",
        "kubectl get node NODE --show-managed-fields -o yaml tells who changed it last",
    ),
    judges=("*",),  # whatever was refused, besides pods and claims
    severity="medium",
    role="cause",
    playbook=(
        "Ask whoever changed it whether that was meant",
        "Put the label, taint, quota or class back as it was, or change what the pods ask for",
    ),
    leads_to=(
        "node-selector-mismatch",
        "taint-evicted",
        "quota-exceeded",
        "quota-requires-requests",
        "pvc-storageclass-missing",
        "kueue-exceeds-max-quota",
    ),
    thresholds=(LOOK_BACK,),
    find=find,
)
