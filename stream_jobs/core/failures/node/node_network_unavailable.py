"""node-network-unavailable: the machine has no network for pods."""

import re
from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.disruption import stretches
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.nodes import Trouble, conditions_false, conditions_true, ill, lasting
from stream_jobs.core.signs.volumes import begun_after
from stream_jobs.core.thresholds import Patience

UNAVAILABLE = re.compile("NetworkUnavailable")
READY = re.compile("NetworkingReady")  # of the EKS node monitoring agent: False is bad
NO_PLUGIN = re.compile(
    r"NetworkPluginNotReady|[Nn]etwork plugin (returns error|is not ready)|cni plugin not init"
)
START = Patience(
    id="node-network-unavailable.start",
    default=timedelta(minutes=2),
    says="A new node may be so long without a network, and a node whose network plugin restarts, too",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key == "Pod":
        yield from _of_pod(known, cell)
        return
    for each in _troubles(known, cell):
        later = _too_early(known, cell, each)
        if later is not None:
            yield from later
            continue
        has = "has" if each.until is None else "had"
        yield ill(known, each, f"{has} no network for pods: {each.says}")


def _too_early(known: Known, cell: Cell, each: Trouble) -> tuple[Later, ...] | None:
    """None where it counts. What Ready says counts when it lasts: plugins restart, too."""
    born = known.created or known.first_seen
    begin = each.since if each.name == "Ready" else born
    limit = max(begin, born) + START.of(cell)
    return None if each.since > limit else lasting(known, cell, each.until, limit)


def _troubles(known: Known, cell: Cell) -> Iterator[Trouble]:
    yield from conditions_true(known, UNAVAILABLE)
    yield from conditions_false(known, READY)
    for each in stretches(known):
        if each.status == "False" and NO_PLUGIN.search(each.message):
            says = one_line(each.message)
            evidence = (seen(known, each.since, f"Ready is False: {says}"),)
            number = f"Ready {each.number}"
            yield Trouble("Ready", each.reason, says, each.since, each.until, number, evidence)


def _of_pod(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    """What the kubelet says of a pod that it cannot start for want of a network."""
    told = cell.events(known, "NetworkNotReady")
    name, node = pod_view(known).spec.nodeName, cell.node(known)
    if not told or not name:
        return
    since = min(each.first for each in told)
    until = begun_after(known, since)
    later = lasting(known, cell, until or known.deleted, since + START.of(cell))
    if later is not None:
        yield from later
        return
    yield Finding(
        says=f"Node {name} had no network for pod {known.name}",
        since=since,
        until=until,
        occurrence="pods",
        subject=node.ref if node is not None else None,
        about=(target("Node", "", name),),
        evidence=tuple(
            Evidence(at=each.first, ref=known.ref, says=one_line(f"NetworkNotReady: {each.message}"))
            for each in told[-1:]
        ),
    )


FAILURE = Failure(
    id="node-network-unavailable",
    title="Node without a pod network",
    says="The part that connects pods to the network (the CNI plugin) is not at work on this machine, so no "
    "pod can start there.",
    sees="Pods of the node stay ContainerCreating; the node shows NotReady or NetworkUnavailable True.",
    confirm=(
        "kubectl describe node NODE shows NetworkUnavailable True, or Ready False with NetworkPluginNotReady",
        "kubectl -n kube-system get pods -o wide --field-selector spec.nodeName=NODE shows the network "
        "plugin's pod: calico, cilium, flannel, aws-node or another",
    ),
    judges=("Node", "Pod"),
    severity="high",
    role="cause",
    playbook=(
        "Look at the network plugin's pod on that node and at its log; restart it",
        "On a new node, wait for two minutes first",
    ),
    leads_to=("pod-sandbox-failed", "node-not-ready", "pod-stuck-container-creating"),
    thresholds=(START,),
    find=find,
)
