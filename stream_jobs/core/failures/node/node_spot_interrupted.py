"""node-spot-interrupted: the cloud took a spot machine back."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.disruption import stretches
from stream_jobs.core.signs.node_marks import is_spot, tainted, working_pods
from stream_jobs.core.signs.nodes import conditions_true, node_events, shown
from stream_jobs.core.thresholds import Patience

CLAIM = "NodeClaim.karpenter.sh"
# Events of Karpenter and of the AWS and Azure handlers; the last one of them may be about other things.
EVENTS = {
    "SpotInterrupted": "",
    "SpotInterruption": "",
    "TerminatingOnInterruption": "",
    "InstanceTerminating": "",
    "VMEventScheduled": "(?i)preempt",
    "PreemptScheduled": "",
}
ADVICE = ("SpotRebalanceRecommendation", "RebalanceRecommendation")  # it may be taken back soon
TAINTS = (
    "aws-node-termination-handler/spot-itn",
    "cloud.google.com/impending-node-termination",
)
AZURE = re.compile("VMEventScheduled|PreemptScheduled")
PREEMPT = re.compile("(?i)preempt")
SILENT = Patience(
    id="node-spot-interrupted.silent",
    default=timedelta(minutes=15),
    says="A spot machine that was silent for at most so long when its node was removed was taken back",
)
SHOWN = 50


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    told = [
        each for each in node_events(known, cell, *EVENTS) if re.search(EVENTS[each.reason], each.message)
    ]
    if known.key == CLAIM:
        yield from _of_claim(known, cell, told)
        return
    since = _noticed(known, told)
    if since is not None:
        marks = tainted(known, lambda key: key in TAINTS)
        evidence = (
            *shown(known, told),
            *(seen(known, each.since, f"taint {each.name}") for each in marks),
            *(one for each in _azure(known) for one in each[1]),
        )
        yield _finding(known, cell, since, "was taken back by the cloud", evidence)
    elif advice := node_events(known, cell, *ADVICE):
        yield Finding(
            says=f"Node {known.name} is a spot machine that the cloud may soon take back",
            since=advice[0].first,
            until=known.deleted,
            occurrence="advice",
            evidence=shown(known, advice),
            severity="low",
        )
    elif (silent := _went_silent(known, cell)) is not None:
        evidence = (seen(known, silent, "a spot machine that fell silent before its node was removed"),)
        found = _finding(known, cell, silent, "was most likely taken back by the cloud", evidence)
        yield msgspec.structs.replace(found, confidence=0.6)


def _noticed(known: Known, told: list[Sighting]) -> datetime | None:
    times = [each.first for each in told]
    times += [each.since for each in tainted(known, lambda key: key in TAINTS)]
    times += [each[0] for each in _azure(known)]
    return min(times, default=None)


def _azure(known: Known) -> list[tuple[datetime, tuple[Evidence, ...]]]:
    return [
        (each.since, each.evidence) for each in conditions_true(known, AZURE) if PREEMPT.search(each.says)
    ]


def _finding(known: Known, cell: Cell, since: datetime, says: str, evidence: tuple[Evidence, ...]) -> Finding:
    hurt = sorted(each.uid for each in working_pods(cell, known, since))
    return Finding(
        says=f"Spot machine {known.name} {says}",
        since=since,
        until=known.deleted,
        occurrence="interruption",
        hits=tuple(hurt[:SHOWN]),
        evidence=evidence,
    )


def _went_silent(known: Known, cell: Cell) -> datetime | None:
    """When a spot node that is gone lost contact for the last time; None where somebody removed it."""
    if (
        known.deleted is None
        or not is_spot(known)
        or node_events(known, cell, "ScaleDown", "DisruptionTerminating")
    ):
        return None
    bad = [each for each in stretches(known) if each.until == known.deleted]
    return bad[-1].since if bad and bad[-1].since >= known.deleted - SILENT.of(cell) else None


def _of_claim(known: Known, cell: Cell, told: list[Sighting]) -> Iterator[Finding]:
    """Karpenter says it of its NodeClaim, too; where its node is known, it is the node's affair."""
    if told and not cell.owned(known, "Node"):
        yield Finding(
            says=f"The spot machine of NodeClaim {known.name} was taken back by the cloud",
            since=told[0].first,
            until=known.deleted,
            occurrence="interruption",
            evidence=shown(known, told),
        )


FAILURE = Failure(
    id="node-spot-interrupted",
    title="Spot machine taken back",
    says="Spot machines are cheap because the cloud may take them back at any time, with two minutes' notice "
    "or less. It did.",
    sees="A node with a spot label goes NotReady and disappears; its pods are gone or Failed.",
    confirm=(
        "kubectl get events -A --field-selector involvedObject.kind=Node shows SpotInterrupted, "
        "TerminatingOnInterruption or the like for the node",
        "kubectl get node NODE --show-labels shows karpenter.sh/capacity-type=spot, "
        "eks.amazonaws.com/capacityType=SPOT, cloud.google.com/gke-spot=true or "
        "kubernetes.azure.com/scalesetpriority=spot",
    ),
    judges=("Node", CLAIM),
    severity="high",
    role="cause",
    playbook=(
        "Write a checkpoint every few minutes, and let the run be retried by itself",
        "Keep masters, and steps that are nearly done, on machines that are not taken away",
    ),
    # pod-node-gone directly: where nobody drained the node
    leads_to=(
        "node-shutdown-terminated",
        "node-deleted",
        "evicted-by-api",
        "distributed-worker-lost",
        "node-unreachable",
        "node-not-ready",
        "pod-node-gone",
        "node-drain-or-scale-down",  # Karpenter empties the machine before the cloud takes it
    ),
    thresholds=(SILENT,),
    find=find,
)
