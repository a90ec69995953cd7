"""Who or what took a pod away: exactly one answer for each pod that went, and how sure it is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Sighting, Turn, deletion_requested
from stream_jobs.core.pods import pod_view, started_at
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.disruption import (
    POD_COLLECTOR,
    REMOVALS,
    SLACK,
    TAINT_MANAGER,
    TARGETS,
    owner_did,
    stopped_at,
    stretches,
)
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.node_marks import CLOSED

By = Literal[
    "a user",
    "a tool",
    "garbage collection",
    "clean-up after the end",
    "a drain",
    "a scale-down",
    "a taint",
    "node pressure",
    "a node that shut down",
    "preemption",
    "a node that is gone",
    "its owner's policy",
    "its namespace",
    "unknown",
]
BY_STATUS: dict[str, By] = {
    "Evicted": "node pressure",
    "Preempting": "preemption",  # a critical pod of the system came
    "Terminated": "a node that shut down",
    "NodeShutdown": "a node that shut down",
    "Shutdown": "a node that shut down",
}
BY_REASON: dict[str, By] = {
    POD_COLLECTOR: "a node that is gone",
    "TerminationByKubelet": "node pressure",
    "PreemptionByScheduler": "preemption",
}
# Tools that keep pods without an owner, and delete the ones that wait for too long themselves.
TOOL_LABELS = ("dag_id", "airflow-worker", "kubernetes_pod_operator", "spark-role", "dask.org/component")
# Managers that write to every pod, or to none by themselves.
PARTS_OF_KUBERNETES = ("kube-controller-manager", "kube-scheduler", "kubelet", "kube-apiserver")
CLEANED = ("Succeeded", "Failed")
LATELY = timedelta(seconds=60)  # who wrote to a pod so shortly before its delete has likely asked for it
DRAINED = timedelta(hours=1)  # after this, a cordon and an eviction are two stories


class Removal(msgspec.Struct, frozen=True):
    """The answer: one kind, a sentence's end ("node gpu-7 was drained"), when, and how sure it is."""

    by: By
    says: str
    at: datetime
    confidence: float = 1.0


Look = Callable[[Cell, Known, datetime], Removal | None]


def removal(cell: Cell, known: Known) -> Removal | None:
    """What took the pod away; None where nobody told it to go. Its own words go before the circumstances."""
    asked = deletion_requested(known)
    if asked is None:
        return _by_kubelet(known)
    looks: tuple[Look, ...] = (_told, _after_end, _namespace, _owner, _node, _tool, _somebody)
    return next((found for look in looks if (found := look(cell, known, asked)) is not None), None)


# --- what the pod itself tells --------------------------------------------------------------------------


def _by_kubelet(known: Known) -> Removal | None:
    """The kubelet ends a pod without a delete, and says why in its status."""
    status = pod_view(known).status
    by = BY_STATUS.get(status.reason or "") if status.phase == "Failed" else None
    if by is None:
        return None
    return Removal(by, one_line(status.message or status.reason or "", 200), known.seen)


def _told(cell: Cell, known: Known, asked: datetime) -> Removal | None:
    turn = next((t for t in known.history.turns if t.type in TARGETS and t.status == "True"), None)
    if turn is not None:
        return _by_condition(cell, known, turn)
    told = [
        each
        for each in cell.events(known, *REMOVALS)
        if "Cancelling" not in each.message and each.first <= asked + LATELY
    ]
    return _by_event(told[0]) if told else _by_kubelet(known)


def _by_condition(cell: Cell, known: Known, turn: Turn) -> Removal:
    words = one_line(turn.message or turn.reason or turn.type, 200)
    if turn.reason == "EvictionByEvictionAPI":
        return _evicted(cell, known, turn.at)
    if turn.type == "TerminationTarget":
        by: By = "preemption" if "Preempted" in turn.reason else "its owner's policy"
        return Removal(by, f"its queue took the room back: {words}", turn.at)
    if turn.reason == TAINT_MANAGER:
        return Removal("a taint", f"a taint of node {_node_name(known)} that it does not tolerate", turn.at)
    if turn.reason == "TerminationByKubelet" and "shutdown" in turn.message:
        return Removal("a node that shut down", words, turn.at)
    found = BY_REASON.get(turn.reason)
    return Removal(found or "its owner's policy", words, turn.at, 1.0 if found else 0.6)


def _by_event(event: Sighting) -> Removal:
    words = one_line(event.message, 200)
    by: By = "a drain"
    if event.reason == "Preempted":
        by = "preemption"
    elif event.reason == "TaintManagerEviction":
        by = "a taint"
    elif event.reason == "ScaleDown":
        by = "a scale-down"
    elif event.reason == "Evicted" and event.component.startswith("kubelet"):
        by = "node pressure"
    return Removal(by, f"{event.component or event.reason}: {words}", event.first, 0.9)


def _evicted(cell: Cell, known: Known, at: datetime) -> Removal:
    """The eviction API does not say for whom it works: events of the pod and its node do."""
    for event in cell.events(known, "Evicted", "ScaleDown", "Descheduled", "Evict"):
        if not event.component.startswith("kubelet"):
            found = _by_event(event)
            return msgspec.structs.replace(found, at=at, confidence=1.0)
    node = cell.node(known)
    cordon = [
        edit
        for edit in (node.edits if node is not None else ())
        if edit.path == CLOSED and edit.new == "true" and at - DRAINED <= edit.before <= at + SLACK
    ]
    if cordon:
        who = f" by {one_line(cordon[-1].manager, 60)}" if cordon[-1].manager else ""
        closed = f"node {_node_name(known)} was closed for new pods{who} at {say_time(cordon[-1].before)}"
        return Removal("a drain", f"{closed}, and its pods were evicted", at)
    return Removal("a drain", "the eviction API, on somebody's behalf", at, 0.8)


def _node_name(known: Known) -> str:
    return pod_view(known).spec.nodeName or "(none)"


# --- what its surroundings tell -------------------------------------------------------------------------


def _after_end(cell: Cell, known: Known, asked: datetime) -> Removal | None:
    """Nothing was lost: owners, TTLs, podGC and people clear away what has ended."""
    if stopped_at(known) is not None or pod_view(known).status.phase not in CLEANED:
        return None
    why = next((why for owner in cell.owners(known) if (why := owner_did(cell, owner, known, asked))), "")
    if why.endswith("was deleted"):
        return Removal("garbage collection", why, asked)
    return Removal("clean-up after the end", why or "it had ended before", asked)


def _namespace(cell: Cell, known: Known, asked: datetime) -> Removal | None:
    namespace = cell.by_name("Namespace", "", known.namespace)
    gone = deletion_requested(namespace) if namespace is not None else None
    if gone is None or gone > asked + SLACK:
        return None
    return Removal("its namespace", f"namespace {known.namespace} was deleted", asked)


def _owner(cell: Cell, known: Known, asked: datetime) -> Removal | None:
    for owner in cell.owners(known):
        why = owner_did(cell, owner, known, asked)
        if why.endswith("was deleted"):
            return Removal("garbage collection", why, asked)
        if why.endswith("deleted it"):
            return Removal(
                "a scale-down" if _smaller(cell, known, asked) else "its owner's policy", why, asked
            )
        if why:
            return Removal("its owner's policy", why, asked, 0.9)
    return None


def _smaller(cell: Cell, known: Known, asked: datetime) -> bool:
    """Whether somebody made the owner, or its owner, smaller just before."""
    return any(
        edit.path in ("spec.replicas", "spec.parallelism") and asked - LATELY <= edit.before <= asked + SLACK
        for owner in cell.owners(known)
        for edit in owner.edits
    )


def _node(cell: Cell, known: Known, asked: datetime) -> Removal | None:
    node = cell.node(known)
    if node is None:
        return None
    if node.deleted is not None and node.deleted <= asked:
        return Removal("a node that is gone", f"node {node.name} was removed from the cluster", asked, 0.8)
    if any(each.meets(asked, asked) for each in stretches(node)):
        return Removal("a taint", f"node {node.name} was not ready then", asked, 0.6)
    return None


def _tool(cell: Cell, known: Known, asked: datetime) -> Removal | None:
    """A tool without an object of its own deletes the pods it is done with, or that do not start."""
    if not any(label in known.labels for label in TOOL_LABELS):
        return None
    executor = known.labels.get("spark-role") == "executor"  # its driver removes executors that idle
    if executor or started_at(known) is None or "already_checked" in known.labels:
        return Removal("its owner's policy", "the tool that started it clears it away", asked, 0.7)
    return None


def _somebody(cell: Cell, known: Known, asked: datetime) -> Removal:
    """Neither owner nor cluster: a person or a tool, the last one that wrote to the pod where one did."""
    if not owners_seen(known, cell):
        return Removal("unknown", "its owner was not seen, and may have done it", asked, 0.3)
    sure = 0.9 if cell.complete("Node") else 0.8  # a node that was lost may be behind it
    wrote = [
        each
        for each in known.managers
        if each.manager not in PARTS_OF_KUBERNETES
        and each.time is not None
        and asked - LATELY <= each.time <= asked + SLACK
        and each.time != known.created
    ]
    if not wrote:
        return Removal("a user", "somebody or some tool", asked, sure)
    name = one_line(max(wrote, key=lambda each: (each.time or asked, each.manager)).manager, 60)
    by: By = "a user" if name.startswith("kubectl") else "a tool"
    return Removal(by, f"somebody or some tool, {name} by the last write to it,", asked, sure)


def owners_seen(known: Known, cell: Cell) -> bool:
    """An owner that was not seen may have been the one who did it."""
    chain = [known, *cell.owners(known)]
    return all(
        any(reference.uid in cell.objects for reference in each.view.metadata.ownerReferences)
        for each in chain
        if each.view.metadata.ownerReferences
    )
