"""volume-zone-conflict: the disk can be used in one zone or on one node, and the free nodes are elsewhere."""

import re
from collections.abc import Iterator

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.placement import names, say_terms
from stream_jobs.core.signs.reach import bound_claims, claims, volume_blames
from stream_jobs.core.signs.scheduling import Blame, unplaced
from stream_jobs.core.signs.volumes import is_pending

# The wording changed with Kubernetes 1.35; the last is said of volumes that exist and are not bound yet.
CLAUSE = re.compile(
    r"had volume node affinity conflict|didn't match PersistentVolume's node affinity"
    r"|had no available volume zone|didn't find available persistent volumes to bind"
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in volume_blames(known, cell, CLAUSE):
        claim, says = _about(known, cell, blame)
        for found in unplaced(known, cell, blame, says):
            if claim is None or isinstance(found, Later):
                yield found
            else:
                about = (*found.about, target("PersistentVolumeClaim", known.namespace, claim.name))
                yield msgspec.structs.replace(found, subject=claim.ref, about=about)


def _about(known: Known, cell: Cell, blame: Blame) -> tuple[Known | None, str]:
    """The claim whose volume is elsewhere, and the sentence about it."""
    bound = bound_claims(known, cell, blame)
    if bound:
        one = bound[0]
        where = f" ({names(blame.spots)} cannot reach it)" if blame.spots else ""
        return one.claim, (
            f"The disk of PersistentVolumeClaim {one.claim.name} can only be used on nodes with "
            f"{one_line(say_terms(one.terms), 200)}, and pod {known.name} "
            f"{'finds' if blame.until is None else 'found'} no room there{where}"
        )
    open_claims = [each for each in claims(known, cell) if is_pending(each)] or claims(known, cell)
    if len(open_claims) == 1:
        return open_claims[0], (
            f"No node that suits pod {known.name} can use a disk for PersistentVolumeClaim "
            f"{open_claims[0].name}"
        )
    return None, f"The disks of pod {known.name} cannot be used on the nodes that suit it otherwise"


FAILURE = Failure(
    id="volume-zone-conflict",
    title="Disk is in another zone",
    says="A disk lives in one zone of the cloud, or on one machine. The pod that mounts it can only run "
    "there, and there is no room there, or no such machine any more.",
    sees="The pod stays Pending; its event FailedScheduling speaks of the volume's node affinity.",
    confirm=(
        "kubectl get pv VOLUME -o jsonpath='{.spec.nodeAffinity}' names the zone or machine",
        "kubectl get nodes -L topology.kubernetes.io/zone shows where the free nodes are",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Run the step where the disk is: free or add a node in that zone",
        "For datasets that many steps read use shared storage (NFS, EFS, Filestore), which has no zone",
        "For new disks use a storage class with volumeBindingMode: WaitForFirstConsumer",
        "Where the machine of a local disk is gone for good, so is its data: delete claim and volume",
    ),
    leads_to=("pod-unschedulable", "pvc-pending", "workflow-step-stuck-pending"),
    find=find,
)
