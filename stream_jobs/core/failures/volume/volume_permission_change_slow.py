"""volume-permission-change-slow: the kubelet gives every file of a volume to the pod's group first."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import on_node, pod_view
from stream_jobs.core.signs.volumes import begun_after, claims_of, concerned, event_evidence


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    events = cell.events(known, "VolumePermissionChangeInProgress")
    if not events:
        return
    since = min(each.first for each in events)
    names = list(claims_of(pod_view(known)).values())
    claim = names[0] if len(names) == 1 else ""
    begun = begun_after(known, since) or known.deleted
    waits = "waits" if begun is None else "waited"
    yield Finding(
        says=f"Pod {known.name}{on_node(known)} {waits} while the owner of every file of "
        f"{f'PersistentVolumeClaim {claim}' if claim else 'its volume'} is changed",
        since=since,
        until=begun,
        about=concerned(known, claim),
        evidence=event_evidence(known, events),
    )


FAILURE = Failure(
    id="volume-permission-change-slow",
    title="File owners being changed",
    says="Before the start, the owner of every single file on the volume is set for the pod (fsGroup). With "
    "millions of files that takes minutes to hours; nothing is stuck.",
    sees="The pod stays in ContainerCreating with no error; its newest event is "
    "VolumePermissionChangeInProgress.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Setting volume ownership ... is taking longer than "
        "expected",
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.securityContext}' shows fsGroup without "
        "fsGroupChangePolicy: OnRootMismatch",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Set securityContext.fsGroupChangePolicy: OnRootMismatch in the pod template: only a wrong owner at "
        "the top has everything changed",
        "Or leave fsGroup out, where the files' owner is right already",
    ),
    leads_to=("pod-stuck-container-creating", "kueue-pods-ready-timeout", "workflow-step-stuck-pending"),
    find=find,
)
