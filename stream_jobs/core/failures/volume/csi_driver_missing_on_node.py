"""csi-driver-missing-on-node: the storage's helper program does not run on the pod's node."""

import re
from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import pod_view
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.placement import names
from stream_jobs.core.signs.reach import volume_blames
from stream_jobs.core.signs.scheduling import unplaced
from stream_jobs.core.signs.volumes import begun_after, event_evidence
from stream_jobs.core.thresholds import Patience

TOLD = re.compile(r"driver name (\S+) not found in the list of registered CSI drivers")
CLAUSE = re.compile(r"did(?:n't| not) have (?:the )?CSI driver")
NEW_NODE = Patience(
    id="csi-driver-missing-on-node.new-node",
    default=timedelta(minutes=2),
    says="On a new node the driver may take so long to register: before, it is a note only",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    drivers: dict[str, list[Sighting]] = {}
    for event in cell.events(known, "FailedMount", "FailedAttachVolume", "FailedMapVolume"):
        if (told := TOLD.search(event.message)) is not None:
            drivers.setdefault(told[1], []).append(event)
    for driver, events in drivers.items():
        yield from _on_node(known, cell, driver, events)
    for blame in volume_blames(known, cell, CLAUSE):
        nodes = f" ({names(blame.spots)})" if blame.spots else ""
        says = f"The nodes that suit pod {known.name}{nodes} lack the CSI driver of its disk"
        yield from unplaced(known, cell, blame, says)


def _on_node(known: Known, cell: Cell, driver: str, events: list[Sighting]) -> Iterator[Finding | Later]:
    since = min(each.first for each in events)
    name, node = pod_view(known).spec.nodeName or "", cell.node(known)
    until = begun_after(known, events[-1].last) or known.deleted
    at = since + NEW_NODE.of(cell)
    new = until is None and (cell.time is None or cell.time < at)
    runs = "does not run" if until is None else "did not run"
    yield Finding(
        says=f"CSI driver {one_line(driver, 200)} {runs} on node {name}, so pod {known.name} cannot have its "
        f"disk",
        since=since,
        until=until,
        subject=node.ref if node is not None else Ref(kind="Node", name=name),
        occurrence=driver,
        about=(target("Node", "", name),),
        severity="low" if new else None,
        evidence=event_evidence(known, events),
        playbook=(f"kubectl get csinode {name} -o jsonpath='{{.spec.drivers[*].name}}'",),
    )
    if new:
        yield Later(at)


FAILURE = Failure(
    id="csi-driver-missing-on-node",
    title="Storage driver missing on the node",
    says="Disks of this kind are mounted by a helper program that runs on each machine, and on this machine "
    "it does not run, or not yet.",
    sees="The pod stays in ContainerCreating; FailedMount says not found in the list of registered CSI "
    "drivers.",
    confirm=(
        "kubectl get csinode NODE -o yaml does not list the driver, while other nodes do",
        "kubectl get pods -A -o wide --field-selector spec.nodeName=NODE shows no pod of the driver, or an "
        "ill one",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "On a new machine wait a minute: the driver registers itself",
        "Look at the driver's DaemonSet: taints of GPU nodes often keep it away; give it the toleration",
        "Until then run the step on a node that has the driver",
    ),
    leads_to=("pod-stuck-container-creating", "pod-unschedulable", "workflow-step-stuck-pending"),
    thresholds=(NEW_NODE,),
    find=find,
)
