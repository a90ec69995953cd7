"""node-selector-mismatch: no node has the labels that the pod insists on."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.placement import Spot, wanted_labels
from stream_jobs.core.signs.scheduling import Blame, blames, unplaced

SHOWN = 6  # values of a label that are named


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    spec = pod_view(known).spec
    for blame in blames(known, cell, "selector"):
        wanted = listed(wanted_labels(spec)) or "certain labels"
        had = "has" if blame.until is None else "had"
        says = f"Pod {known.name} insists on nodes with {wanted}, and no node {had} that"
        yield from unplaced(known, cell, blame, says + _there(spec.nodeSelector or {}, blame))


def _there(wanted: dict[str, str], blame: Blame) -> str:
    """For each label that no node has with that value: the values that there are."""
    words = [
        f"{key} is {listed(values)}" if (values := _values(key, blame.spots)) else f"no node has {key}"
        for key, value in sorted(wanted.items())
        if blame.spots and value not in _values(key, blame.spots)
    ]
    return f" ({'; '.join(words)})" if words else ""


def _values(key: str, spots: tuple[Spot, ...]) -> list[str]:
    return sorted({each.labels[key] for each in spots if key in each.labels})[:SHOWN]


FAILURE = Failure(
    id="node-selector-mismatch",
    title="No node with that label",
    says="The pod may only run on nodes with certain labels (nodeSelector or node affinity), and no node of "
    "the cluster has them.",
    sees="kubectl get pods shows Pending, and kubectl describe pod shows FailedScheduling: didn't match "
    "Pod's node affinity/selector.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.nodeSelector}{.spec.affinity}' shows what "
        "it wants",
        "kubectl get nodes -l KEY=VALUE finds no node",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Compare with the labels that exist: kubectl get nodes --show-labels",
        "Correct the selector, or label a node: kubectl label node NODE KEY=VALUE",
        "If nodes with that label went away or were relabelled, bring them back",
    ),
    leads_to=("pod-unschedulable", "autoscaler-cannot-help", "gang-partial-deadlock"),
    find=find,
)
