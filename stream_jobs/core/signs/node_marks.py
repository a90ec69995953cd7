"""How a node was set aside: closed for new pods, tainted, labelled; and which pods worked on it then."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.kubernetes import Node
from stream_jobs.core.cell import Cell
from stream_jobs.core.history import LIMIT
from stream_jobs.core.known import Known, Turn
from stream_jobs.core.pods import ended_at, failed_exits
from stream_jobs.core.signs import placement
from stream_jobs.core.signs.disruption import SLACK, disrupted, ran_on

CLOSED = "spec.unschedulable"
EARLY = timedelta(minutes=1)  # clocks differ
CURE = timedelta(minutes=10)  # what a fault did may show so late
MIRROR = "kubernetes.io/config.mirror"  # annotation of a pod that the kubelet runs from a file
EVICTION = "EvictionByEvictionAPI"
GPU_PRESENT = "nvidia.com/gpu.present"
LEAVING = (*placement.FAULTS, "aws-node-termination-handler/", "cloud.google.com/impending-node-termination")
TOLD = frozenset(
    {
        "KernelOops",
        "TaskHung",
        "ContainerGCFailed",
        "Ext4Error",
        "IOError",
        "OOMKilling",
        "ScaleDown",
        "DisruptionTerminating",
        "SpotInterrupted",
        "SpotInterruption",
        "TerminatingOnInterruption",
        "InstanceTerminating",
        "VMEventScheduled",
        "PreemptScheduled",
    }
)  # events of a node that are weighed by how its pods fared
# Labels by which clouds and Karpenter mark machines that may be taken back at any time.
SPOT = (
    ("karpenter.sh/capacity-type", "spot"),
    ("eks.amazonaws.com/capacityType", "SPOT"),
    ("cloud.google.com/gke-spot", "true"),
    ("cloud.google.com/gke-preemptible", "true"),
    ("kubernetes.azure.com/scalesetpriority", "spot"),
)


class Mark(msgspec.Struct, frozen=True):
    """A time in which the node was marked so. `until` is None while it is.

    `found`: it was so when the node was first seen, so that it may have begun earlier.
    """

    name: str
    since: datetime
    until: datetime | None
    number: int  # which mark of its name it is
    found: bool = False


def node_view(known: Known) -> Node:
    """The object's view as a Node; raises TypeError for any other kind."""
    if not isinstance(known.view, Node):
        raise TypeError(f"expected a Node, got {known.key} {known.name}")
    return known.view


def is_spot(known: Known) -> bool:
    """Whether the cloud may take the machine back at any time."""
    return any(known.labels.get(key) == value for key, value in SPOT)


# --- marks over time ------------------------------------------------------------------------------------


def cordons(known: Known) -> list[Mark]:
    """The times in which somebody had closed the node for new pods."""
    return _marks(known, CLOSED, lambda at: ["closed"] if _closed(known, at) else [])


def tainted(known: Known, test: Callable[[str], bool]) -> list[Mark]:
    """The times in which the node had a taint whose key passes the test."""
    return _marks(known, "spec.taints", lambda at: [key for key in _taints(known, at) if test(key)])


def labelled(known: Known, label: str) -> list[Mark]:
    """The times in which a label of the node had each of its values."""
    return _marks(known, f"metadata.labels.{label}", lambda at: _label(known, label, at))


def _marks(known: Known, path: str, state: Callable[[datetime], list[str]]) -> list[Mark]:
    """Follow a state over the edits of a path; what was there when the node was first seen began then."""
    times = sorted({each.before for each in known.edits if each.path.startswith(path)})
    start = known.first_seen if not times else min(known.first_seen, times[0] - placement.JUST_BEFORE)
    found: list[Mark] = []
    open_marks: dict[str, datetime] = {}
    for at in (start, *times):
        now = state(at)
        for name in [each for each in open_marks if each not in now]:
            found.append(_mark(found, name, open_marks.pop(name), at, start))
        for name in now:
            open_marks.setdefault(name, at)
    found += [_mark(found, name, since, known.deleted, start) for name, since in open_marks.items()]
    return found[-LIMIT:]


def _mark(marks: list[Mark], name: str, since: datetime, until: datetime | None, start: datetime) -> Mark:
    number = sum(each.name == name for each in marks)
    return Mark(name, since, max(since, until) if until is not None else None, number, found=since == start)


def _closed(known: Known, at: datetime) -> bool:
    return placement.fields_at(known, at).get(CLOSED) == "true"


def _taints(known: Known, at: datetime) -> list[str]:
    return [each.key for each in placement.taints_at(known, at)]


def _label(known: Known, label: str, at: datetime) -> list[str]:
    text = placement.fields_at(known, at).get(f"metadata.labels.{label}")
    return [placement.text_of(text)] if text else []


def counts_pods(known: Known, cell: Cell) -> bool:
    """Whether it is a node that is judged by its pods: ill, told of, set aside, gone, without GPUs."""
    if not isinstance(known.view, Node):
        return False
    ill = any(turn.number or _is_bad(turn) for turn in known.history.turns)
    aside = bool(known.view.spec.unschedulable) or not known.exists or _is_leaving(known.view)
    return ill or aside or _lacks_gpus(known) or any(each.reason in TOLD for each in cell.events(known))


def _is_leaving(node: Node) -> bool:
    return any(each.key.startswith(LEAVING) for each in node.spec.taints or ())


def _is_bad(turn: Turn) -> bool:
    """Whether it is not what it is on a node that is well; conditions that nobody knows count as bad."""
    return turn.status != ("True" if turn.type.endswith("Ready") else "False")


def _lacks_gpus(known: Known) -> bool:
    offers = {each.resource: each.amount for each in known.history.offers}
    return not all(offers.values()) if offers else known.labels.get(GPU_PRESENT) == "true"


# --- pods -----------------------------------------------------------------------------------------------


def is_helper(pod: Known) -> bool:
    """Whether the pod belongs to the node itself: of a DaemonSet, or run by the kubelet from a file."""
    owners = pod.view.metadata.ownerReferences or ()
    return any(each.kind in ("DaemonSet", "Node") for each in owners) or MIRROR in pod.annotations


def working_pods(cell: Cell, node: Known, at: datetime) -> Iterator[Known]:
    """The pods that were on the node at a time and not yet told to go; its own helpers are left out."""
    for pod in ran_on(cell, node):
        ended = ended_at(pod)
        over = min((each for each in (ended, pod.history.asked) if each is not None), default=None)
        created = pod.created or pod.first_seen
        if not is_helper(pod) and created <= at and (over is None or over >= at):
            yield pod


def evicted_pods(cell: Cell, node: Known, mark: Mark) -> Iterator[tuple[Known, Turn]]:
    """The pods that the eviction API removed from the node while it was marked, first ones first."""
    found = []
    for pod in ran_on(cell, node):
        turn = disrupted(pod, EVICTION)
        if turn is None or (mark.until is not None and turn.at > mark.until + SLACK):
            continue
        if mark.found or turn.at >= mark.since - SLACK:
            found.append((turn.at, pod.name, pod, turn))
    yield from ((pod, turn) for *_, pod, turn in sorted(found, key=lambda each: each[:2]))


def hurt(cell: Cell, node: Known, since: datetime, until: datetime) -> bool:
    """Whether a pod of the node ended badly, or was removed, at a time or soon after."""
    first, last = since - EARLY, until + CURE
    for pod in ran_on(cell, node):
        ends = [each.ended for each in failed_exits(pod) if each.ended is not None]
        turn = disrupted(pod)
        if any(first <= at <= last for at in (*ends, *([turn.at] if turn is not None else []))):
            return True
    return False


def say_pods(count: int) -> str:
    """Return "1 pod", "3 pods"."""
    return f"{count} pod{'' if count == 1 else 's'}"


def fresh(known: Known, at: datetime, span: timedelta) -> bool:
    """Whether the node was younger than the span at a time."""
    return known.created is not None and at < known.created + span
