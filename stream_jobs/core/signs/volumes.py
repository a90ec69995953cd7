"""Reading claims and mounts: what the scheduler says of claims, and what the kubelet says of volumes."""

import re
from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import Evidence, Ref
from schemas.kubernetes import PersistentVolume, PersistentVolumeClaim, Pod
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import pod_view, statuses
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line, times
from stream_jobs.core.signs.refusals import Refusal, refusals

NOT_FOUND = re.compile(r'persistentvolumeclaim "([^"]+)" not found')
UNBOUND = re.compile(r"unbound immediate PersistentVolumeClaims")
# FailedMount of a pod's start that passes by itself, or whose cause is no volume's
CACHE = re.compile(r"failed to sync (configmap|secret) cache|kube-api-access|object .+ not registered")
CONFIG = re.compile(
    r'(configmap|secret)s? "[^"]*" (not found|is forbidden)|references non-existent (config|secret) key'
)


def claim_view(known: Known) -> PersistentVolumeClaim:
    """The object's view as a claim; raises TypeError for any other kind."""
    if not isinstance(known.view, PersistentVolumeClaim):
        raise TypeError(f"expected a PersistentVolumeClaim, got {known.key} {known.namespace}/{known.name}")
    return known.view


def is_pending(known: Known) -> bool:
    """Whether the claim has no volume and none is named for it."""
    view = claim_view(known)
    return view.status.phase == "Pending" and view.metadata.deletionTimestamp is None and known.exists


def bound_since(known: Known) -> datetime | None:
    """When the claim got its volume; None while it has none."""
    return next((at for phase, at in known.history.phases if phase == "Bound"), None)


def claims_of(pod: Pod) -> dict[str, str]:
    """Volume name -> claim name of each volume that is a claim."""
    return {
        volume.name: volume.persistentVolumeClaim.claimName
        for volume in pod.spec.volumes or ()
        if volume.persistentVolumeClaim is not None
    }


def claim_ref(namespace: str, name: str) -> Ref:
    """Name a claim that may not exist."""
    return Ref(kind="PersistentVolumeClaim", namespace=namespace, name=name)


def volume_view(known: Known) -> PersistentVolume:
    """The object's view as a volume; raises TypeError for any other kind."""
    if not isinstance(known.view, PersistentVolume):
        raise TypeError(f"expected a PersistentVolume, got {known.key} {known.name}")
    return known.view


def volume_of(claim: Known, cell: Cell) -> Known | None:
    """The PersistentVolume that the claim has or is to have."""
    name = claim_view(claim).spec.volumeName
    return cell.by_name("PersistentVolume", "", name) if name else None


def held_by_old_claim(claim: Known, cell: Cell) -> Iterator[Known]:
    """Yield the released volumes that still belong to a deleted claim of the same name."""
    for each in cell.every("PersistentVolume"):
        owner = volume_view(each).spec.claimRef
        if owner is None or (owner.namespace, owner.name) != (claim.namespace, claim.name):
            continue
        if owner.uid not in ("", claim.uid) and each.exists:
            yield each


def event_evidence(known: Known, events: list[Sighting]) -> tuple[Evidence, ...]:
    """The first event of a kind, with how often it came and the newest text."""
    newest, count = events[-1], sum(each.count for each in events)
    since = min(each.first for each in events)
    says = f"{newest.reason}{times(count)}: {one_line(newest.message)}"
    return (Evidence(at=since, ref=known.ref, says=says),)


def named_claim(known: Known, cell: Cell, volume: str) -> str:
    """The claim of the pod that a message means: it names the pod's volume, or the PersistentVolume."""
    claims = claims_of(pod_view(known))
    if volume in claims:
        return claims[volume]
    for claim in claims.values():
        held = cell.by_name("PersistentVolumeClaim", known.namespace, claim)
        if held is not None and claim_view(held).spec.volumeName == volume:
            return claim
    declared = {each.name for each in pod_view(known).spec.volumes or ()}
    return next(iter(claims.values())) if volume not in declared and len(claims) == 1 else ""


def say_volume(volume: str, claim: str) -> str:
    """Return "volume pvc-12 (PersistentVolumeClaim data)"."""
    return f"volume {one_line(volume, 200)}" + (f" (PersistentVolumeClaim {claim})" if claim else "")


def concerned(known: Known, claim: str) -> tuple[str, ...]:
    """The node of the pod and its claim as targets, as far as they are known."""
    node = pod_view(known).spec.nodeName
    found = [target("Node", "", node)] if node else []
    return (*found, *([target("PersistentVolumeClaim", known.namespace, claim)] if claim else []))


def waiting_pods(claim: Known, cell: Cell) -> Iterator[tuple[Known, Refusal]]:
    """Yield the pods that the scheduler keeps waiting for unbound claims of theirs, this one among them."""
    for user in cell.used_by(claim):
        if isinstance(user.view, Pod):
            for refusal in refusals(user, cell):
                if UNBOUND.search(refusal.text):
                    yield user, refusal
                    break


def begun_after(known: Known, at: datetime) -> datetime | None:
    """When a container of the pod first started, not before `at`."""
    starts = [each.started or each.ended for each in known.history.exits]
    for _, status in statuses(known):
        if status.state is not None and status.state.running is not None:
            starts.append(status.state.running.startedAt)
    if pod_view(known).status.phase in ("Succeeded", "Failed") and not any(starts):
        starts.append(known.seen)
    return min((each for each in starts if each is not None and each >= at), default=None)
