"""node-drain-or-scale-down: the machine was emptied on purpose while pods were at work on it."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known, Sighting, Turn
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.disruption import told_by
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.node_marks import Mark, cordons, evicted_pods, say_pods, tainted, working_pods
from stream_jobs.core.signs.nodes import node_events, shown

# What an autoscaler puts on a node that it is about to remove; not on one that it merely considers.
LEAVING = (
    "ToBeDeletedByClusterAutoscaler",
    "karpenter.sh/disrupted",
    "karpenter.sh/disruption",  # Karpenter before 1.0
)
SHOWN = 50  # pods that are named as hurt


class Sign(msgspec.Struct, frozen=True):
    """One way in which it showed."""

    since: datetime
    until: datetime | None
    who: str
    evidence: tuple[Evidence, ...]


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    removals = sorted(_removals(known, cell), key=lambda each: (each.since, each.who))
    if removals:
        since = removals[0].since
        hurt = sorted(each.uid for each in working_pods(cell, known, since))
        yield Finding(
            says=f"Node {known.name} was emptied by {removals[0].who} with {say_pods(len(hurt))} at work "
            f"on it",
            since=since,
            until=known.deleted or _over(removals),
            occurrence="removal",
            hits=tuple(hurt[:SHOWN]),
            evidence=tuple(dict.fromkeys(one for each in removals for one in each.evidence)),
        )
    for each in cordons(known):
        evicted = list(evicted_pods(cell, known, each))
        if evicted and not removals:
            yield _drain(known, each, evicted)


def _over(signs: list[Sign]) -> datetime | None:
    """When the last sign was taken back: an autoscaler may think better of it."""
    ends = [each.until for each in signs]
    return max((each for each in ends if each is not None), default=None) if all(ends) else None


def _removals(known: Known, cell: Cell) -> Iterator[Sign]:
    """Signs by which an autoscaler says that it removes the node."""
    for mark in tainted(known, lambda key: key in LEAVING):
        who = "Karpenter" if mark.name.startswith("karpenter") else "the cluster autoscaler"
        yield Sign(mark.since, mark.until, who, (seen(known, mark.since, f"taint {mark.name}"),))
    for reason, sender, who in (
        ("ScaleDown", "autoscaler", "the cluster autoscaler"),
        ("DisruptionTerminating", "karpenter", "Karpenter"),
    ):
        told = [each for each in node_events(known, cell, reason) if sender in each.component]
        if told:
            yield Sign(told[0].first, known.deleted, who + _why(told[-1]), shown(known, told))


def _why(event: Sighting) -> str:
    """Karpenter's reason: "Disrupting Node: Underutilized"."""
    _, found, why = event.message.partition("Disrupting Node: ")
    return f" ({one_line(why, 60)})" if found else ""


def _drain(known: Known, mark: Mark, evicted: list[tuple[Known, Turn]]) -> Finding:
    since = min(mark.since, evicted[0][1].at)
    return Finding(
        says=f"Node {known.name} was drained: it was closed for new pods, "
        f"and {say_pods(len(evicted))} evicted",
        since=since,
        until=mark.until,
        occurrence=f"drain {mark.number}",
        hits=tuple(sorted(pod.uid for pod, _ in evicted))[:SHOWN],
        evidence=(
            seen(known, mark.since, "spec.unschedulable: true"),
            *(told_by(pod, turn.at, one_line(f"{turn.reason}: {turn.message}")) for pod, turn in evicted[:3]),
        ),
    )


FAILURE = Failure(
    id="node-drain-or-scale-down",
    title="Node emptied on purpose",
    says="A person, an upgrade or an autoscaler had the machine emptied: for maintenance, or to save money. "
    "Its pods were asked to go, whatever they were doing.",
    sees="Pods of one node show Terminating or Evicted at the same time, and the node is gone or shows "
    "SchedulingDisabled.",
    confirm=(
        "kubectl get events -A --field-selector involvedObject.kind=Node shows ScaleDown of the "
        "cluster-autoscaler, or DisruptionTerminating of Karpenter, for the node",
        "kubectl -n NAMESPACE get pod POD -o yaml shows the condition DisruptionTarget with reason "
        "EvictionByEvictionAPI",
    ),
    judges=("Node",),
    severity="medium",
    role="cause",
    playbook=(
        'Have long runs kept: annotation cluster-autoscaler.kubernetes.io/safe-to-evict: "false" or '
        'karpenter.sh/do-not-disrupt: "true" on their pods, or a PodDisruptionBudget',
        "Let them write checkpoints, and retry",
    ),
    # pod-node-gone directly: where the node went before its pods were asked to go
    leads_to=("evicted-by-api", "node-deleted", "pod-node-gone"),
    find=find,
)
