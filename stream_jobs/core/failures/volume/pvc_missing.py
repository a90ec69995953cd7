"""pvc-missing: the pod mounts a PersistentVolumeClaim that its namespace does not have."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.refusals import Refusal, refusals
from stream_jobs.core.signs.scheduling import bound_at
from stream_jobs.core.signs.volumes import NOT_FOUND, claim_ref, claims_of
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="pvc-missing.patience",
    default=timedelta(seconds=60),
    says="A claim may come so long after its pod, where the scheduler says nothing yet",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    told = {name[1]: each for each in refusals(known, cell) if (name := NOT_FOUND.search(each.text))}
    for claim, refusal in told.items():
        evidence = Evidence(at=refusal.first, ref=known.ref, says=f"scheduler: {one_line(refusal.text)}")
        yield _finding(known, cell, claim, evidence, _over(known, cell, refusal))
    yield from _unseen(known, cell, set(told))


def _over(known: Known, cell: Cell, refusal: Refusal) -> datetime | None:
    """When the scheduler spoke of something else, or the pod got its node."""
    said = refusals(known, cell)
    later = said[said.index(refusal) + 1 :]
    return max(later[0].first, refusal.first) if later else bound_at(known)


def _unseen(known: Known, cell: Cell, told: set[str]) -> Iterator[Finding | Later]:
    """Claims that are not there although the scheduler says nothing yet: the pod is held back by a queue."""
    pod = pod_view(known)
    if pod.spec.nodeName or not known.exists or not cell.complete("PersistentVolumeClaim", known.namespace):
        return
    since = known.created or known.first_seen
    for claim in dict.fromkeys(claims_of(pod).values()):
        held = cell.by_name("PersistentVolumeClaim", known.namespace, claim)
        if claim in told or (held is not None and held.exists):
            continue
        if cell.time is None or cell.time < since + PATIENCE.of(cell):
            yield Later(since + PATIENCE.of(cell))
        else:
            says = f"the pod mounts claim {claim}; {known.namespace} has no claim of that name"
            yield _finding(known, cell, claim, seen(known, since, says), None)


def _finding(known: Known, cell: Cell, claim: str, evidence: Evidence, until: datetime | None) -> Finding:
    held = cell.by_name("PersistentVolumeClaim", known.namespace, claim)
    gone = f": it was deleted at {say_time(held.deleted)}" if held is not None and held.deleted else ""
    does = "does" if until is None else "did"
    return Finding(
        says=f"Pod {known.name} needs PersistentVolumeClaim {claim}, which {does} not exist in namespace "
        f"{known.namespace}{gone}",
        since=evidence.at,
        until=until,
        subject=claim_ref(known.namespace, claim),
        about=(target("PersistentVolumeClaim", known.namespace, claim),),
        evidence=(evidence,),
        playbook=(f"kubectl -n {known.namespace} get pvc",),
    )


FAILURE = Failure(
    id="pvc-missing",
    title="Claim does not exist",
    says="The pod mounts a disk by the name of a PersistentVolumeClaim, and there is no claim of that name "
    "in its namespace.",
    sees="The pod stays Pending; its event FailedScheduling says persistentvolumeclaim not found.",
    confirm=(
        "kubectl -n NAMESPACE get pvc CLAIM answers NotFound",
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.volumes[*].persistentVolumeClaim.claimName}' "
        "shows the name that it asks for",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Create the claim, or correct claimName in the pod's volumes",
        "Look whether the claim exists in another namespace, or was deleted not long ago",
    ),
    leads_to=("pod-unschedulable", "workflow-step-stuck-pending"),
    thresholds=(PATIENCE,),
    find=find,
)
