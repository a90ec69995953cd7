"""pod-stuck-container-creating: the pod has its node, and yet none of its containers gets to start."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import condition, pod_view, seen, statuses
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.scheduling import bound_at
from stream_jobs.core.signs.volumes import CACHE, begun_after
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="pod-stuck-container-creating.patience",
    default=timedelta(minutes=5),
    says="A start takes seconds, and a slow disk or network a few minutes",
)
PULLING = Patience(
    id="pod-stuck-container-creating.pulling",
    default=timedelta(minutes=10),
    says="The same while an image is pulled: images of several GB take that long",
)
CREATING = frozenset({"ContainerCreating", "PodInitializing"})
# Reasons by which the kubelet and the attach controller say what they wait for.
COMPLAINTS = (
    "FailedMount",
    "FailedAttachVolume",
    "FailedMapVolume",
    "FailedCreatePodSandBox",
    "FailedPrepareDynamicResources",
    "NetworkNotReady",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    since = bound_at(known)
    if since is None or not (_creating(known) or known.history.waits):
        return
    begun = begun_after(known, since)
    told = [
        each
        for each in cell.events(known, *COMPLAINTS)
        if not CACHE.search(each.message) and (begun is None or each.first < begun)
    ]
    if begun is None and not _creating(known):
        return
    if told:  # direct: it says what it waits for
        yield _finding(known, min(since, told[0].first), begun, told)
        return
    late = since + (PULLING if cell.events(known, "Pulling") else PATIENCE).of(cell)
    if begun is not None and begun > late:
        yield _finding(known, since, begun, [])
    elif begun is None and (cell.time is None or cell.time < late):
        yield Later(late)
    elif begun is None:
        yield _finding(known, since, None, [])


def _creating(known: Known) -> bool:
    """Whether every container that has not ended waits to be created, and none runs."""
    states = [status.state for role, status in statuses(known) if role != "ephemeral"]
    waits = [each.waiting.reason for each in states if each is not None and each.waiting is not None]
    runs = any(each is not None and each.running is not None for each in states)
    pending = pod_view(known).status.phase == "Pending" and known.exists
    return pending and not runs and (not states or (bool(waits) and set(waits) <= CREATING))


def _finding(known: Known, since: datetime, until: datetime | None, told: list[Sighting]) -> Finding:
    node = pod_view(known).spec.nodeName or ""
    newest = told[-1] if told else None
    why = f": {one_line(newest.message, 200)}" if newest else f", {_stage(known)}"
    stands = "has not started" if until is None else f"did not start until {say_time(until)}"
    evidence = [
        Evidence(at=each.first, ref=known.ref, says=f"{each.reason}: {one_line(each.message)}")
        for each in told
    ]
    return Finding(
        says=f"Pod {known.name} has node {node} since {say_time(since)} and {stands}{why}",
        since=since,
        until=until,
        about=(target("Node", "", node),),
        evidence=tuple(evidence[-3:]) or (seen(known, since, "all containers wait to be created"),),
        playbook=(f"kubectl -n {known.namespace} describe pod {known.name}",),
    )


def _stage(known: Known) -> str:
    """How far the pod got: network and volumes come before images."""
    found = condition(known, "PodReadyToStartContainers") or condition(known, "PodHasNetwork")
    if found is None:
        return "with nothing said about why"
    return "waiting for its image" if found.status == "True" else "waiting for its network or volumes"


FAILURE = Failure(
    id="pod-stuck-container-creating",
    title="Stuck before the start",
    says="A node was chosen, but something that must be there before a container starts is not: a disk, the "
    "pod's network, the image, or settings.",
    sees="kubectl get pods shows ContainerCreating, PodInitializing or Init:0/1 for many minutes.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD: the newest warning says what it waits for",
        "The condition PodReadyToStartContainers tells the stage: False is network or "
        "volumes, True the image",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Take the newest warning among the pod's events: FailedMount, FailedAttachVolume, "
        "FailedCreatePodSandBox",
        "If there is none, look at the node: its kubelet or container runtime may hang",
    ),
    leads_to=("workflow-step-stuck-pending", "kueue-pods-ready-timeout", "gang-partial-deadlock"),
    thresholds=(PATIENCE, PULLING),
    find=find,
)
