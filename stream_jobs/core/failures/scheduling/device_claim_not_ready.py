"""device-claim-not-ready: the device that the pod claims could not be allocated, or not be made ready."""

from collections.abc import Iterator

import msgspec

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import pod_view
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import listed, one_line
from stream_jobs.core.signs.scheduling import blames, bound_at, unplaced
from stream_jobs.core.signs.volumes import begun_after

PREPARING = "FailedPrepareDynamicResources"
MAKING = ("ResourceClaimCreationFailed", "FailedResourceClaimCreation")  # the second before Kubernetes 1.32


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in blames(known, cell, "devices"):
        told = [each.text for each in blame.refusal.clauses if each.kind == "devices"]
        waits = "gets" if blame.until is None else "got"
        says = f"Pod {known.name} {waits} no device that it claims: {one_line(listed(told), 300)}"
        for each in unplaced(known, cell, blame, says):
            yield (
                msgspec.structs.replace(each, occurrence="allocation") if isinstance(each, Finding) else each
            )
    if made := cell.events(known, *MAKING):
        yield _told(known, made, "The device claim of pod {} could not be made", "claim")
    if prepared := cell.events(known, PREPARING):
        yield _told(
            known, prepared, "The device of pod {} could not be made ready on its node", "preparation"
        )


def _told(known: Known, events: list[Sighting], says: str, occurrence: str) -> Finding:
    since, node = min(each.first for each in events), pod_view(known).spec.nodeName
    over = begun_after(known, since) or (bound_at(known) if occurrence == "claim" else None)
    return Finding(
        says=f"{says.format(known.name)}: {one_line(events[-1].message, 300)}",
        since=since,
        until=max(over, since) if over is not None else None,
        occurrence=occurrence,
        about=(target("Node", "", node),) if node else (),
        evidence=tuple(
            Evidence(at=each.first, ref=known.ref, says=one_line(f"{each.reason}: {each.message}"))
            for each in events[-2:]
        ),
    )


FAILURE = Failure(
    id="device-claim-not-ready",
    title="Claimed device is not ready",
    says="The pod asks for its GPU by a device claim (Dynamic Resource Allocation). No device was found for "
    "it, or the driver on the machine could not make it ready.",
    sees="kubectl get pods shows Pending or ContainerCreating, and kubectl describe pod shows words about "
    "resource claims or device classes.",
    confirm=(
        "kubectl -n NAMESPACE get resourceclaims shows the claim, and whether it is allocated",
        "kubectl get deviceclasses,resourceslices shows which devices there are to claim",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "No node yet: compare the claim's device class and selectors with what the drivers offer",
        "On a node: look at the DRA driver's pod of that node and its log",
        "A claim that is stuck is made again when its pod is deleted",
    ),
    leads_to=("pod-unschedulable", "pod-stuck-container-creating", "gang-partial-deadlock"),
    find=find,
)
