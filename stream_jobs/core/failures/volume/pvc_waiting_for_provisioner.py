"""pvc-waiting-for-provisioner: the program that is to make the disk does not answer."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.volumes import bound_since, event_evidence, is_pending
from stream_jobs.core.thresholds import Patience

WAITS = re.compile(
    r"""[Ww]aiting for a volume to be created,? either by (?:the )?external provisioner ['"]([^'"]+)"""
)
ANSWERS = ("Provisioning", "ProvisioningSucceeded", "ProvisioningFailed")
PATIENCE = Patience(
    id="pvc-waiting-for-provisioner.patience",
    default=timedelta(minutes=5),
    says="So long a provisioner may take to begin with a disk: in the first minute waiting is normal",
)
UNREGISTERED = Patience(
    id="pvc-waiting-for-provisioner.unregistered",
    default=timedelta(seconds=10),
    says="The same, where no CSI driver of that name is registered in the cluster",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    events = [each for each in cell.events(known, "ExternalProvisioning") if WAITS.search(each.message)]
    told = WAITS.search(events[-1].message) if events else None
    if told is None:
        return
    driver, since = told[1], min(each.first for each in events)
    absent = _unregistered(cell, driver)
    at = since + (UNREGISTERED if absent else PATIENCE).of(cell)
    until = _answered(known, cell) or bound_since(known)
    until = until or (None if is_pending(known) else known.deleted or known.seen)
    if until is not None and until <= at:
        return
    if until is None and (cell.time is None or cell.time < at):
        yield Later(at)
        return
    why = "no CSI driver of that name is registered" if absent else "it does not answer"
    waits = "waits" if until is None else "waited"
    yield Finding(
        says=f"PersistentVolumeClaim {known.name} {waits} for provisioner {one_line(driver, 200)} to make "
        f"its disk, and {why}",
        since=since,
        until=max(until, since) if until else None,
        evidence=event_evidence(known, events),
        confidence=0.9,
        playbook=(
            f"kubectl get csidriver; kubectl get pods -A | grep -i {one_line(driver, 60).split('.')[0]}",
        ),
    )


def _answered(known: Known, cell: Cell) -> datetime | None:
    """When the provisioner began with the claim, failed or not: then it is there."""
    return next((each.first for each in cell.events(known, *ANSWERS)), None)


def _unregistered(cell: Cell, driver: str) -> bool:
    found = cell.by_name("CSIDriver.storage.k8s.io", "", driver)
    return cell.complete("CSIDriver.storage.k8s.io") and (found is None or not found.exists)


FAILURE = Failure(
    id="pvc-waiting-for-provisioner",
    title="Nobody makes the disk",
    says="Another program than Kubernetes is to make this disk (a provisioner, mostly a CSI driver), and it "
    "has not begun: it does not run, or was never installed.",
    sees="kubectl get pvc shows Pending, and its newest event is ExternalProvisioning, of type Normal.",
    confirm=(
        "kubectl -n NAMESPACE describe pvc CLAIM shows Waiting for a volume to be created, and no event of "
        "the provisioner itself",
        "kubectl get csidriver does not list the driver, or kubectl get pods -A shows its controller ill",
    ),
    judges=("PersistentVolumeClaim",),
    severity="high",
    role="cause",
    playbook=(
        "Look at the provisioner's controller pods, and at their log",
        "If it was never installed, install it, or use a storage class whose provisioner runs",
    ),
    leads_to=("pvc-pending", "pod-unschedulable"),
    thresholds=(PATIENCE, UNREGISTERED),
    find=find,
)
