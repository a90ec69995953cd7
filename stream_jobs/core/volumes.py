"""Reading claims and mounts: what the scheduler says of claims, and what the kubelet says of volumes."""

import re
from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import Ref
from schemas.kubernetes import PersistentVolumeClaim, Pod
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, statuses
from stream_jobs.core.refusals import Refusal, refusals

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
