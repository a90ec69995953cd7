"""workflow-steps-scattered: steps that share a volume ran in different zones."""

from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import Severity
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ZONE, pod_view, pods_of, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import listed

OLD_ZONE = "failure-domain.beta.kubernetes.io/zone"
SHOWN = 4


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    pods = pods_of(cell.descendants(known))
    placed = [(each, zone) for each in pods if (zone := _zone(each, cell))]
    if len({zone for _, zone in placed}) < 2:
        return
    shared: dict[str, list[tuple[Known, str]]] = {}
    for pod, zone in placed:
        for claim in _claims(pod):
            shared.setdefault(claim, []).append((pod, zone))
    trouble = any(pod_view(each).status.phase in ("Failed", "Pending") for each in pods)
    for claim, users in sorted(shared.items()):
        if len({zone for _, zone in users}) > 1:
            yield _finding(known, claim, users, "low" if trouble else "info")


def _zone(pod: Known, cell: Cell) -> str:
    node = cell.node(pod)
    return (node.labels.get(ZONE) or node.labels.get(OLD_ZONE, "")) if node is not None else ""


def _claims(pod: Known) -> set[str]:
    volumes = pod_view(pod).spec.volumes or ()
    return {
        each.persistentVolumeClaim.claimName for each in volumes if each.persistentVolumeClaim is not None
    }


def _finding(known: Known, claim: str, users: list[tuple[Known, str]], severity: Severity) -> Finding:
    zones: dict[str, list[str]] = {}
    for pod, zone in users:
        zones.setdefault(zone, []).append(pod.name)
    where = [f"{listed(names[:SHOWN])} in {zone}" for zone, names in sorted(zones.items())]
    since = _parted(users)
    return Finding(
        says=f"Steps of {known.kind} {known.name} that share volume claim {claim} run in {len(zones)} zones: "
        f"{'; '.join(where[:SHOWN])}",
        since=since,
        occurrence=claim,
        evidence=tuple(
            seen(pod, pod.created, f"pod {pod.name} ran in zone {zone}") for pod, zone in users[:SHOWN]
        ),
        about=(target("PersistentVolumeClaim", known.namespace, claim),),
        severity=severity,
    )


def _parted(users: list[tuple[Known, str]]) -> datetime | None:
    """When the first pod was made outside the zone of the first of all."""
    ordered = sorted(users, key=lambda each: (each[0].created or each[0].first_seen, each[0].uid))
    first = ordered[0][1]
    return next((pod.created or pod.first_seen for pod, zone in ordered if zone != first), None)


FAILURE = Failure(
    id="workflow-steps-scattered",
    title="Steps in different zones",
    says="Steps that work on one volume ran in different data centre zones. That is slower, may cost money "
    "for traffic between zones, and a volume that is tied to one zone keeps such steps from starting.",
    sees="kubectl get pods -o wide shows the run's pods on nodes of different zones.",
    confirm=(
        "kubectl get nodes -L topology.kubernetes.io/zone shows each node's zone",
        "kubectl get pv -o custom-columns=NAME:.metadata.name,AFFINITY:.spec.nodeAffinity shows whether the "
        "volume is tied to one",
    ),
    judges=("Workflow.argoproj.io", "PipelineRun.tekton.dev"),
    severity="low",
    role="cause",
    playbook=(
        "Pin the run to one zone: a nodeSelector on topology.kubernetes.io/zone for all its steps",
        "Or use storage that all zones can reach",
    ),
    leads_to=("volume-zone-conflict",),
    find=find,
)
