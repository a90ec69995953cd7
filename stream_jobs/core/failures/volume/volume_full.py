"""volume-full: a disk of the pod is full, or could not be made larger."""

import re
from collections.abc import Iterator
from datetime import datetime

from schemas.kubernetes import PersistentVolumeClaim
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Exit, Known, Sighting
from stream_jobs.core.pods import container, pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.lives import Fault, faults
from stream_jobs.core.signs.messages import listed, one_line
from stream_jobs.core.signs.volumes import claim_ref, claim_view, claims_of, event_evidence

FULL = re.compile(r"[Nn]o space left on device|Errno 28\b|ENOSPC|[Dd]isk quota exceeded")
PATH = re.compile(r"/[^\s'\":,;)\]]+")
RESIZE = ("VolumeResizeFailed", "ExternalExpandingFailed", "FileSystemResizeFailed")
RESIZED = ("VolumeResizeSuccessful", "FileSystemResizeSuccessful")
INFEASIBLE = re.compile(r"^(Controller|Node)Resize(Infeasible|Failed)$")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if isinstance(known.view, PersistentVolumeClaim):
        yield from _not_enlarged(known, cell)
    else:
        yield from _written_full(known, cell)


# --- a program that could not write ---------------------------------------------------------------------


def _written_full(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    def wanted(ended: Exit) -> bool:
        return ended.code != 0 and bool(FULL.search(ended.message)) and bool(_claims(known, ended)[0])

    if not claims_of(pod_view(known)):
        return
    for fault in faults(known, cell, wanted):
        yield fault if isinstance(fault, Later) else _full(known, cell, fault)


def _claims(known: Known, ended: Exit) -> tuple[list[str], bool]:
    """The claims that the message may mean, and whether a path in it says so; none where it is no claim's."""
    spec, claims = container(known, ended.container), claims_of(pod_view(known))
    mounts = {each.mountPath.rstrip("/"): each.name for each in (spec.volumeMounts or () if spec else ())}
    for path in PATH.findall(ended.message):
        under = [each for each in mounts if each and (path == each or path.startswith(f"{each}/"))]
        if under:
            claim = claims.get(mounts[max(under, key=len)])
            return ([claim], True) if claim else ([], True)
    written = [each.name for each in (spec.volumeMounts or () if spec else ()) if not each.readOnly]
    return list(dict.fromkeys(claims[each] for each in written if each in claims)), False


def _full(known: Known, cell: Cell, fault: Fault) -> Finding:
    claims, sure = _claims(known, fault.last)
    held = cell.by_name("PersistentVolumeClaim", known.namespace, claims[0])
    one = len(claims) == 1
    which = f"PersistentVolumeClaim {listed(claims)}" if one else f"One of the claims {listed(claims)}"
    subject = held.ref if held is not None else claim_ref(known.namespace, claims[0])
    return Finding(
        says=f"{which} was full: container {fault.container} of pod {known.name} found no space left to "
        f"write",
        since=fault.since,
        until=fault.until,
        subject=subject if one else None,
        occurrence=f"full/{known.uid}/{fault.container}",
        about=tuple(target("PersistentVolumeClaim", known.namespace, each) for each in claims),
        confidence=1.0 if sure else 0.7,  # it may have been the machine's own disk
        evidence=(
            seen(known, fault.last.ended, f"container {fault.container}: {one_line(fault.last.message)}"),
        ),
    )


# --- a claim that could not be enlarged -----------------------------------------------------------------


def _not_enlarged(known: Known, cell: Cell) -> Iterator[Finding]:
    events = cell.events(known, *RESIZE)
    states = claim_view(known).status.allocatedResourceStatuses or {}
    stuck = [each for each in states.values() if INFEASIBLE.match(each)]
    if not events and not stuck:
        return
    turns = [turn.at for turn in known.history.turns if "Resiz" in turn.type]
    since = min((each.first for each in events), default=max(turns, default=None))
    why = f": {one_line(events[-1].message, 200)}" if events else f" ({stuck[0]})"
    yield Finding(
        says=f"PersistentVolumeClaim {known.name} could not be made larger{why}",
        since=since,
        until=_enlarged(known, cell, events),
        occurrence="resize",
        evidence=event_evidence(known, events)
        if events
        else (seen(known, since, f"status.allocatedResourceStatuses is {stuck[0]}"),),
    )


def _enlarged(known: Known, cell: Cell, events: list[Sighting]) -> datetime | None:
    last = events[-1].last if events else None
    done = [each.last for each in cell.events(known, *RESIZED) if last is None or each.last >= last]
    return min(done, default=known.deleted)


FAILURE = Failure(
    id="volume-full",
    title="Disk full",
    says="The disk that the step writes to has no space left, or it was to be made larger and that failed.",
    sees="The container ends with an error; its last words are No space left on device. Kubernetes itself "
    "does not show how full a disk is.",
    confirm=(
        "kubectl -n NAMESPACE exec POD -c CONTAINER -- df -h shows 100% for the mount",
        "kubectl -n NAMESPACE describe pvc CLAIM shows VolumeResizeFailed where it was to be enlarged",
        "The metric kubelet_volume_stats_available_bytes of the claim is near 0",
    ),
    judges=("Pod", "PersistentVolumeClaim"),
    severity="high",
    role="cause",
    playbook=(
        "Make the claim larger (spec.resources.requests.storage), where its storage class allows it",
        "Or delete old checkpoints and outputs from it",
        "Where a resize failed, read why: some clouds allow one only every 6 hours",
    ),
    leads_to=(
        "container-exit-error",
        "container-crash-loop",
        "container-native-crash",
        "container-bus-error-shm",
    ),
    find=find,
)
