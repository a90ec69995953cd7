"""Where a pod could go: what it asks for and tolerates, against the labels, taints and room of each node.

The rules are those of the scheduler's filters NodeAffinity, TaintToleration and NodeResourcesFit:
https://kubernetes.io/docs/concepts/scheduling-eviction/. What other pods hold at the time is not looked at.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.kubernetes import Node, NodeSelectorTerm, PodSpec, Requirement, Taint, Toleration
from stream_jobs.core.cell import Cell
from stream_jobs.core.edits import UNREAD
from stream_jobs.core.known import Known
from stream_jobs.core.quantities import quantity

CORDON = "node.kubernetes.io/unschedulable"
# Taints by which Kubernetes, a cloud or an autoscaler says that the node is ill, not yet there, or leaving.
FAULTS = (
    "node.kubernetes.io/",
    "node.cloudprovider.kubernetes.io/",
    "ToBeDeletedByClusterAutoscaler",
    "karpenter.sh/",
)
LABELS, TAINTS = "metadata.labels.", "spec.taints["
JUST_BEFORE = timedelta(seconds=1)  # managers give their times in whole seconds


class Spot(msgspec.Struct, frozen=True):
    """One node as it was at a time."""

    node: Known
    labels: dict[str, str]
    taints: tuple[Taint, ...]
    allocatable: dict[str, float]  # the newest one known


class Wants(msgspec.Struct, frozen=True):
    """What a pod asks of a node."""

    spec: PodSpec
    requests: dict[str, float]


# --- nodes ----------------------------------------------------------------------------------------------


def spots(cell: Cell, at: datetime) -> list[Spot]:
    """The nodes that there were at a time, by name; none where not all nodes are known."""
    if not cell.complete("Node"):
        return []
    return [
        _spot(known, at + JUST_BEFORE)
        for known in cell.every("Node")
        if (known.created or known.first_seen) <= at + JUST_BEFORE
        and (known.deleted is None or known.deleted > at)
    ]


def _spot(known: Known, at: datetime) -> Spot:
    view = known.view
    assert isinstance(view, Node)
    room = {resource: quantity(amount) for resource, amount in (view.status.allocatable or {}).items()}
    return Spot(known, *marked_at(known, at), room)


def marked_at(known: Known, at: datetime) -> tuple[dict[str, str], tuple[Taint, ...]]:
    """The node's labels and taints at a time."""
    if not any(edit.before > at for edit in known.edits):
        return known.labels, taints_at(known, at)
    fields = fields_at(known, at)
    labels = {path[len(LABELS) :]: text_of(text) for path, text in fields.items() if path.startswith(LABELS)}
    return labels, taints_at(known, at)


def taints_at(known: Known, at: datetime) -> tuple[Taint, ...]:
    """The node's taints at a time."""
    view = known.view
    assert isinstance(view, Node)
    if not any(edit.before > at and edit.path.startswith("spec.") for edit in known.edits):
        return view.spec.taints or ()
    parts: dict[str, dict[str, str]] = {}
    for path, text in fields_at(known, at).items():
        if path.startswith(TAINTS):
            index, _, field = path[len(TAINTS) :].partition("].")
            parts.setdefault(index, {})[field] = text_of(text)
    return tuple(Taint(each.get("key", ""), each.get("value"), each.get("effect")) for each in parts.values())


def fields_at(known: Known, at: datetime) -> dict[str, str]:
    """The object's fields at an earlier time: the edits since then are taken back."""
    fields = dict(known.fields)
    for edit in reversed(known.edits):
        if edit.before <= at or edit.old == UNREAD:
            continue
        if edit.old:
            fields[edit.path] = edit.old
        else:
            fields.pop(edit.path, None)
    return fields


def text_of(field: str) -> str:
    """A text out of its JSON; of one that was cut for its length, what is left."""
    try:
        return str(json.loads(field))
    except ValueError:
        return field.strip('"')


# --- pods -----------------------------------------------------------------------------------------------


def wants(spec: PodSpec) -> Wants:
    """What the pod asks for: its containers together, or the largest of its init containers."""
    total: dict[str, float] = {}
    peak: dict[str, float] = {}
    for container in spec.initContainers or ():
        asked = _asked(container.resources)
        if container.restartPolicy == "Always":
            total = _sum(total, asked)
        for resource, amount in asked.items():
            helpers = 0 if container.restartPolicy == "Always" else total.get(resource, 0)
            peak[resource] = max(peak.get(resource, 0), amount + helpers)
    for container in spec.containers or ():
        total = _sum(total, _asked(container.resources))
    return Wants(spec, {key: max(total.get(key, 0), peak.get(key, 0)) for key in {**total, **peak}})


def _asked(resources: "object") -> dict[str, float]:
    """Requests; a limit without a request is one."""
    limits = getattr(resources, "limits", None) or {}
    requests = getattr(resources, "requests", None) or {}
    return {resource: quantity(amount) for resource, amount in {**limits, **requests}.items()}


def _sum(one: dict[str, float], other: dict[str, float]) -> dict[str, float]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}


# --- the filters ----------------------------------------------------------------------------------------


def lacking(pod: Wants, spot: Spot) -> list[str]:
    """Resources of which the whole node, empty, has less than the pod asks for."""
    return [
        resource
        for resource, amount in sorted(pod.requests.items())
        if amount > spot.allocatable.get(resource, 0) and spot.allocatable
    ]


def untolerated(pod: Wants, spot: Spot) -> list[Taint]:
    """The node's taints that keep the pod away."""
    tolerations = pod.spec.tolerations or ()
    return [
        taint
        for taint in spot.taints
        if taint.effect in ("NoSchedule", "NoExecute")
        and not any(_tolerates(each, taint) for each in tolerations)
    ]


def _tolerates(toleration: Toleration, taint: Taint) -> bool:
    if toleration.effect and toleration.effect != taint.effect:
        return False
    if toleration.operator == "Exists":
        return toleration.key in (None, "", taint.key)
    return toleration.key == taint.key and (toleration.value or "") == (taint.value or "")


def is_cordon(taint: Taint) -> bool:
    """Whether somebody closed the node for new pods."""
    return taint.key == CORDON


def is_fault(taint: Taint) -> bool:
    """Whether the taint tells of the node's own trouble: nobody wrote it to keep pods apart."""
    return taint.key.startswith(FAULTS) and not is_cordon(taint)


def selected(pod: Wants, spot: Spot) -> bool:
    """Whether the node has the labels that the pod insists on."""
    if any(spot.labels.get(key) != value for key, value in (pod.spec.nodeSelector or {}).items()):
        return False
    terms = _terms(pod.spec)
    return not terms or any(all(_holds(each, labels) for each, labels in _both(term, spot)) for term in terms)


def _terms(spec: PodSpec) -> list[tuple[tuple[Requirement, ...], tuple[Requirement, ...]]]:
    affinity = spec.affinity.nodeAffinity if spec.affinity is not None else None
    required = affinity.requiredDuringSchedulingIgnoredDuringExecution if affinity is not None else None
    terms = (required.nodeSelectorTerms or ()) if required is not None else ()
    return [(term.matchExpressions or (), term.matchFields or ()) for term in terms]


def _both(
    term: tuple[tuple[Requirement, ...], tuple[Requirement, ...]], spot: Spot
) -> Iterator[tuple[Requirement, dict[str, str]]]:
    yield from ((each, spot.labels) for each in term[0])
    yield from ((each, {"metadata.name": spot.node.name}) for each in term[1])


def _holds(requirement: Requirement, labels: dict[str, str]) -> bool:
    value, values = labels.get(requirement.key), requirement.values or ()
    match requirement.operator:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    over = quantity(value) - quantity(values[0]) if value is not None and values else 0.0
    return over > 0 if requirement.operator == "Gt" else over < 0


def meets(terms: tuple[NodeSelectorTerm, ...], spot: Spot) -> bool:
    """Whether the node fulfils one of the terms, as a PersistentVolume names them."""
    pairs = [(term.matchExpressions or (), term.matchFields or ()) for term in terms]
    return any(all(_holds(each, labels) for each, labels in _both(term, spot)) for term in pairs)


def say_terms(terms: tuple[NodeSelectorTerm, ...]) -> str:
    """Return terms in words: "topology.kubernetes.io/zone in (eu-1a)", alternatives with "or"."""
    words = (
        ", ".join(_say(each) for each in (*(term.matchExpressions or ()), *(term.matchFields or ())))
        for term in terms
    )
    return " or ".join(dict.fromkeys(words))


def wanted_labels(spec: PodSpec) -> list[str]:
    """What the pod insists on, in words: "accelerator=a100", "zone in (a, b)"."""
    words = [f"{key}={value}" for key, value in sorted((spec.nodeSelector or {}).items())]
    for expressions, fields in _terms(spec):
        words += [_say(each) for each in (*expressions, *fields)]
    return words


def _say(requirement: Requirement) -> str:
    values = ", ".join(requirement.values or ())
    signs = {"In": f" in ({values})", "NotIn": f" not in ({values})", "Exists": "", "DoesNotExist": " absent"}
    signs |= {"Gt": f" > {values}", "Lt": f" < {values}"}
    return f"{requirement.key}{signs.get(requirement.operator, '')}"


def names(found: Iterable[Spot], limit: int = 3) -> str:
    """Node names in words: "gpu-1", "gpu-1 and gpu-2", "gpu-1, gpu-2, gpu-3 and 5 more"."""
    every = [each.node.name for each in found]
    shown = every if len(every) <= limit + 1 else [*every[:limit], f"{len(every) - limit} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else "no node"
