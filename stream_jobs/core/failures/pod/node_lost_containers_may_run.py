"""node-lost-containers-may-run: the pod was given up, but on the cut-off node its program may go on."""

from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target
from stream_jobs.core.signs.disruption import Stretch, away, disrupted, told_by, was_working


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    given_up = _given_up(known)
    if given_up is None:
        return
    ended = ended_at(known)
    lost = away(cell, known, given_up, ended)
    if lost is None or not was_working(known, given_up):
        return
    node = pod_view(known).spec.nodeName or ""
    since = max(given_up, lost.since)
    yield Finding(
        says=f"Pod {known.name} was given up at {say_time(since)}, but on node {node}, with which there was "
        "no contact, its program may have gone on and written data",
        since=since,
        until=_until(lost, ended),
        evidence=(
            seen(known, given_up, "deleted while its containers were last reported as running"),
            *_of_node(known, cell, lost),
        ),
        about=(target("Node", "", node),),
    )


def _given_up(known: Known) -> datetime | None:
    turn = disrupted(known)
    return known.history.asked or (turn.at if turn is not None else None)


def _until(lost: Stretch, ended: datetime | None) -> datetime | None:
    """The end of the pod proves that the program has stopped; that the node is back does not."""
    return ended if ended is None or lost.until is None else max(ended, lost.until)


def _of_node(known: Known, cell: Cell, lost: Stretch) -> Iterator[Evidence]:
    node = cell.node(known)
    if node is not None:
        yield told_by(node, lost.since, f"Ready is Unknown: {lost.reason} {lost.message}")


FAILURE = Failure(
    id="node-lost-containers-may-run",
    title="May still run on a lost node",
    says="Kubernetes gave up on this pod because its machine does not answer. It cannot know whether the "
    "program has stopped: on the cut-off machine it may go on, and write.",
    sees="The pod shows Terminating, or is gone, while its node shows NotReady with Ready Unknown.",
    confirm=(
        "kubectl get node NODE -o yaml shows Ready Unknown, with reason NodeStatusUnknown",
        "The cloud's console, or the machine's own, tells whether it is switched on",
    ),
    judges=("Pod",),
    severity="critical",
    role="symptom",
    playbook=(
        "Take the program as alive until the machine is proven to be off",
        "Look at the output for a second writer: newer files, heartbeats, two run ids",
        "Fence it: switch the machine off, or take its access to the storage away",
    ),
    leads_to=("duplicate-data-processors",),
    find=find,
)
