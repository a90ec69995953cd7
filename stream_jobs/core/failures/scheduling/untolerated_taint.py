"""untolerated-taint: the nodes that would suit the pod are closed to it by a taint."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.placement import TAINTS, is_fault, names, untolerated
from stream_jobs.core.signs.refusals import taints_of
from stream_jobs.core.signs.scheduling import Blame, blames, unplaced, wants_of
from stream_jobs.core.thresholds import Patience

LATELY = Patience(
    id="untolerated-taint.lately",
    default=timedelta(hours=1),
    says="A node that got its taint at most so long before the pod was refused is what changed",
)
SKEW = timedelta(seconds=5)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in blames(known, cell, "taint"):
        taints, ill = _taints(known, blame)
        where = names(blame.spots) if blame.spots else "the nodes it could use"
        marked = f"marked {listed(taints)}" if taints else "tainted"
        verb = "is" if blame.until is None else "was"
        why = (
            "something is wrong with the node, not with the pod"
            if ill
            else "the pod carries no toleration for it"
        )
        says = f"Pod {known.name} {verb} kept off {where}, {marked}: {why}"
        closed = _closed_lately(blame, cell)
        for each in unplaced(known, cell, blame, says):
            if closed is not None and isinstance(each, Finding):
                subject, occurrence = closed
                yield msgspec.structs.replace(each, subject=subject, occurrence=occurrence)
            else:
                yield each


def _closed_lately(blame: Blame, cell: Cell) -> tuple[Ref, str] | None:
    """The one node that got its taint while we watched, and which write it was: it changed, not the pod."""
    began = blame.since + SKEW
    if len(blame.spots) != 1:
        return None
    node = blame.spots[0].node
    marked = [
        each
        for each in node.edits
        if each.path.startswith(TAINTS) and each.new and began - LATELY.of(cell) <= each.before <= began
    ]
    return (node.ref, str(marked[-1].resource_version)) if marked else None


def _taints(known: Known, blame: Blame) -> tuple[list[str], bool]:
    """The taints' keys with their values, and whether they tell of an ill node."""
    pod = wants_of(known)
    found = [taint for each in blame.spots for taint in untolerated(pod, each)]
    ill = [taint for taint in found if is_fault(taint)]
    keys = dict.fromkeys(f"{each.key}={each.value}" if each.value else each.key for each in ill or found)
    told = [] if keys else taints_of(blame.refusal)
    return [*keys, *told], bool(ill) or any(each.startswith("node.kubernetes.io/") for each in told)


FAILURE = Failure(
    id="untolerated-taint",
    title="Node closed by a taint",
    says="A taint closes a node to all pods that do not carry a matching toleration: to keep GPU nodes for "
    "GPU work, or because the node is ill.",
    sees="kubectl get pods shows Pending, and kubectl describe pod shows FailedScheduling: had "
    "untolerated taint.",
    confirm=(
        "kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints[*].key shows the taints",
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.tolerations}' shows none that matches",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Where the taint starts with node.kubernetes.io/, the node is ill: look at the node, do not "
        "tolerate it",
        "Otherwise add the toleration that your platform uses for these nodes to the pod",
        "See the taints: kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints",
    ),
    leads_to=("pod-unschedulable", "gang-partial-deadlock"),
    thresholds=(LATELY,),
    find=find,
)
