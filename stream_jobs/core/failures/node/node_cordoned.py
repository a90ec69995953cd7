"""node-cordoned: somebody closed the node for new pods."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.disruption import told_by
from stream_jobs.core.signs.node_marks import Mark, cordons
from stream_jobs.core.signs.nodes import node_events, shown
from stream_jobs.core.signs.scheduling import blames


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key == "Node":
        yield from _closed(known, cell)
        return
    for blame in blames(known, cell, "cordon"):
        for spot in blame.spots:
            for each in cordons(spot.node):
                if each.since <= blame.refusal.last and (each.until is None or each.until >= blame.since):
                    yield _kept_off(known, spot.node, each, waits=blame.until is None)


def _closed(known: Known, cell: Cell) -> Iterator[Finding]:
    told = node_events(known, cell, "NodeNotSchedulable")
    for each in cordons(known):
        until = f" until {say_time(each.until)}" if each.until is not None else ""
        yield Finding(
            says=f"Node {known.name} was closed for new pods{until}; running ones stay",
            since=each.since,
            until=each.until,
            occurrence=str(each.number),
            severity="info",
            evidence=(seen(known, each.since, "spec.unschedulable: true"), *shown(known, told[-1:])),
        )


def _kept_off(known: Known, node: Known, mark: Mark, *, waits: bool) -> Finding:
    """The same, as told by a pod that needs the node: only then it is worth more than a note."""
    return Finding(
        says=f"Node {node.name} is closed for new pods, and pod {known.name} needs it"
        if waits
        else f"Node {node.name} was closed for new pods, and pod {known.name} had to wait",
        since=mark.since,
        until=mark.until,
        occurrence=str(mark.number),
        subject=node.ref,
        severity=None if waits else "info",
        evidence=(told_by(node, mark.since, "spec.unschedulable: true"),),
    )


FAILURE = Failure(
    id="node-cordoned",
    title="Node closed for new pods",
    says="Somebody, or a tool for upgrades, told Kubernetes to put no new pods on this machine. That is "
    "harmless as long as no pod waits for it.",
    sees="kubectl get nodes shows Ready,SchedulingDisabled.",
    confirm=(
        "kubectl get node NODE -o jsonpath='{.spec.unschedulable}' prints true",
        "kubectl describe pod POD of a pod that waits says: node(s) were unschedulable",
    ),
    judges=("Node", "Pod"),
    severity="low",
    role="cause",
    playbook=(
        "Ask whether maintenance is planned or under way",
        "If it is not: kubectl uncordon NODE",
    ),
    leads_to=("pod-unschedulable",),
    find=find,
)
