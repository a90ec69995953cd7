"""evicted-by-api: the pod was asked to leave its node, by a drain, an autoscaler or a descheduler."""

from collections.abc import Iterator

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import on_node, pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.disruption import disrupted
from stream_jobs.core.signs.evictions import EFFECTS
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.removals import removal

SENDERS = (("Evicted", "karpenter"), ("ScaleDown", "cluster-autoscaler"), ("Descheduled", ""))


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    turn = disrupted(known, "EvictionByEvictionAPI")
    told = _told(known, cell)
    since = turn.at if turn is not None else told[0].first if told else None
    if since is None or (turn is None and known.history.asked is None and known.exists):
        return  # announced, and not done
    found = removal(cell, known)
    why = found.says if found is not None and found.by in ("a drain", "a scale-down") else ""
    node = pod_view(known).spec.nodeName
    yield Finding(
        says=f"Pod {known.name} was asked to leave{on_node(known).removeprefix(' on')}: "
        f"{why or 'somebody had it evicted'}",
        since=since,
        evidence=(
            *((seen(known, turn.at, f"DisruptionTarget: {turn.reason}: {turn.message}"),) if turn else ()),
            *(
                Evidence(at=each.first, ref=known.ref, says=f"{each.reason}: {one_line(each.message)}")
                for each in told[:2]
            ),
        ),
        about=(target("Node", "", node),) if node else (),
    )


def _told(known: Known, cell: Cell) -> list[Sighting]:
    """The kubelet says "Evicted", too, and means pressure; Karpenter may say so of a pod that stays."""
    return [
        each
        for each in cell.events(known, *(reason for reason, _ in SENDERS))
        if any(each.reason == reason and sender in each.component for reason, sender in SENDERS)
    ]


FAILURE = Failure(
    id="evicted-by-api",
    title="Asked to leave its machine",
    says="Maintenance, an autoscaler that saves machines, or a descheduler asked the pod to go, through the "
    "API that respects disruption budgets. It was no fault of the pod.",
    sees="The pod shows Terminating and is gone; its status has a condition DisruptionTarget with reason "
    "EvictionByEvictionAPI.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o yaml shows DisruptionTarget, as long as the pod is there",
        "kubectl get node NODE shows SchedulingDisabled after a drain",
        "kubectl -n NAMESPACE get events shows ScaleDown, Descheduled, or Evicted of karpenter",
    ),
    judges=("Pod",),
    severity="medium",
    role="symptom",
    playbook=(
        "See who it was: a cordoned node, ScaleDown of the cluster autoscaler, Karpenter's reason",
        'Protect long runs: a PodDisruptionBudget, cluster-autoscaler.kubernetes.io/safe-to-evict: "false", '
        'karpenter.sh/do-not-disrupt: "true"',
        "Write checkpoints, so that a run can go on elsewhere",
    ),
    leads_to=EFFECTS,
    find=find,
)
