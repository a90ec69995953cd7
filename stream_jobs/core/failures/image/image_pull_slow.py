"""image-pull-slow: a large image is on its way to the node; the step is not stuck."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import image_of, on_node, pod_view, statuses
from stream_jobs.core.quantities import say_bytes, say_span, say_time
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="image-pull-slow.patience",
    default=timedelta(minutes=5),
    says="An image that takes longer to download is told: most take less than a minute",
)
TOOK = re.compile(r" in (?P<pull>[\dhmsµu.n]+)(?: \((?P<all>[\dhmsµu.n]+) including waiting\))?")
SIZE = re.compile(r"Image size: (\d+) bytes")
PART = re.compile(r"([\d.]+)(h|ms|m|µs|us|ns|s)")
UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9}
CREATING = frozenset({"ContainerCreating", "PodInitializing"})
QUEUED = 2  # waiting so many times as long as pulling: the node pulls one image after the other


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    ends = cell.events(known, "Pulled", "Failed", "BackOff")
    for event in cell.events(known, "Pulled"):
        yield from _pulled(known, cell, event)
    for event in cell.events(known, "Pulling"):
        if not any(each.container == event.container and each.last >= event.last for each in ends):
            yield from _pulling(known, cell, event)


def _pulled(known: Known, cell: Cell, event: Sighting) -> Iterator[Finding]:
    told = TOOK.search(event.message)
    took = _span((told["all"] or told["pull"]) if told else "")
    if told is None or took <= PATIENCE.of(cell):
        return
    size = SIZE.search(event.message)
    large = f" of {say_bytes(float(size[1]))}" if size else ""
    waited = took >= QUEUED * _span(told["pull"])
    behind = (
        f"; most of it the node was busy with other images (its own took {told['pull']})" if waited else ""
    )
    yield _finding(
        known,
        event,
        (event.first - took, event.first),
        f"took {say_span(took)} to download image {image_of(known, event.container)}{large}{behind}",
    )


def _pulling(known: Known, cell: Cell, event: Sighting) -> Iterator[Finding | Later]:
    begun, at = _started(known, event), event.last + PATIENCE.of(cell)
    until = begun or known.deleted
    if until is not None and until <= at:
        return
    if until is None and (cell.time is None or cell.time < at):
        yield Later(at)
        return
    image = image_of(known, event.container)
    says = (
        f"downloads image {image} since {say_time(event.last)}"
        if until is None
        else f"downloaded image {image} until {say_time(until)}"
    )
    yield _finding(known, event, (event.last, until), says)


def _started(known: Known, event: Sighting) -> datetime | None:
    """When the container got past its download; None while it waits."""
    current = next((each for _, each in statuses(known) if each.name == event.container), None)
    state = current.state if current is not None else None
    if state is None or (state.waiting is not None and state.waiting.reason in CREATING):
        return None if pod_view(known).status.phase in ("Pending", "Running") else known.seen
    begun = state.running or state.terminated
    if begun is not None and begun.startedAt is not None:
        return max(begun.startedAt, event.last)
    past = [
        each.until
        for each in known.history.waits
        if each.container == event.container and each.until is not None and each.until >= event.last
    ]
    return min(past, default=known.seen)


def _finding(known: Known, event: Sighting, span: tuple[datetime, datetime | None], says: str) -> Finding:
    node = pod_view(known).spec.nodeName
    return Finding(
        says=f"Pod {known.name}{on_node(known)} {says}",
        since=span[0],
        until=span[1],
        occurrence=event.container,
        about=(target("Node", "", node),) if node else (),
        evidence=(
            Evidence(at=event.first, ref=known.ref, says=f"{event.reason}: {one_line(event.message)}"),
        ),
    )


def _span(text: str) -> timedelta:
    """Read a duration as Go writes it: "1h2m3.5s", "560ms"."""
    return timedelta(seconds=sum(float(number) * UNITS[unit] for number, unit in PART.findall(text)))


FAILURE = Failure(
    id="image-pull-slow",
    title="Image takes long to download",
    says="A large image is downloaded to a machine that did not have it yet. The step starts when it is "
    "there; nothing is stuck.",
    sees="kubectl get pods shows ContainerCreating for minutes; the newest event is Pulling image.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Pulling, and later Pulled with the time it took and the "
        "image's size",
    ),
    judges=("Pod",),
    severity="low",
    role="cause",
    playbook=(
        "Wait: earlier pulls of the same image tell how long",
        "Have the image on the GPU nodes before it is needed (a DaemonSet that pulls it), make it smaller, "
        "or use a registry or cache near the cluster",
    ),
    leads_to=("pod-stuck-container-creating", "kueue-pods-ready-timeout", "workflow-step-stuck-pending"),
    thresholds=(PATIENCE,),
    find=find,
)
