"""What the scheduler says of a pod that it finds no node for: its events and condition, clause by clause."""

import re
from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Sighting, Turn
from stream_jobs.core.pods import condition
from stream_jobs.core.quantities import is_gpu
from stream_jobs.core.signs.messages import one_line

# kube-scheduler ends with what preemption could do, by its own counts: "preemption: 0/3 nodes are
# available: …", since 1.34 "no new claims to deallocate, preemption: …" or a bare "not found".
SUFFIX = re.compile(
    r"[.,]?\s*(?:no new claims to deallocate,\s*)?preemption: .*$|\.\s+not found\.?\s*$", re.DOTALL
)
HEAD = re.compile(r"^(\d+)/(\d+) nodes are (?:un)?available: ", re.DOTALL)
SPLIT = re.compile(r",\s+(?=\d+ )")
NOT_SCHEDULERS = ("karpenter", "cluster-autoscaler")  # they say FailedScheduling, too, and mean new machines
RESOURCE = re.compile(r"Insufficient (\S+)$")
GPUS = re.compile(
    r"^(nvidia\.com/(gpu|mig-.+)|amd\.com/gpu|gpu\.intel\.com/.+|habana\.ai/.+|aws\.amazon\.com/neuron.*|google\.com/tpu)$"
)
TAINT = re.compile(r"taint \{(.*?)\}")
BASIC = re.compile(r"^(cpu|memory|ephemeral-storage|hugepages-.+)$")
# Kinds of clauses in the order of the scheduler's filters: what fails late has passed all that is earlier.
KINDS = (
    ("cordon", re.compile(r"node\(s\) were unschedulable")),
    ("selector", re.compile(r"didn't match the requested node name")),
    ("taint", re.compile(r"had untolerated taint|had taint \{.*\}, that the pod didn't tolerate")),
    (
        "selector",
        re.compile(
            r"didn't match (Pod's node affinity/selector|node selector|scheduler-enforced node affinity)"
        ),
    ),
    ("ports", re.compile(r"didn't have free ports")),
    ("gpu", re.compile("(?!)")),  # told by `kind_of`, from the resource's name
    ("room", re.compile("(?!)")),
    ("other room", re.compile(r"Insufficient ")),
    ("pods", re.compile(r"Too many pods")),
    (
        "volume",
        re.compile(
            r"(?i)persistent ?volume|pvc|volume node affinity|volume count|volume limit|volume zone|disk"
        ),
    ),
    ("neighbours", re.compile(r"affinity rules|anti-affinity|topology spread")),
    ("devices", re.compile(r"(?i)resource ?claim|device class|cannot allocate all claims")),
    ("unknown", re.compile("")),
)
DEPTH = {kind: depth for depth, (kind, _) in enumerate(KINDS)}
STATEMENTS = 6  # newest ones that are looked at


class Clause(msgspec.Struct, frozen=True):
    """One reason; `count` is the number of nodes that it stands for, 0 where it is about the pod itself."""

    text: str
    kind: str
    count: int = 0


class Refusal(msgspec.Struct, frozen=True):
    """One thing that the scheduler said, from `first` to `last`."""

    text: str
    clauses: tuple[Clause, ...]
    first: datetime
    last: datetime


def clauses(message: str) -> tuple[Clause, ...]:
    """Split a scheduler's message: `0/4 nodes are available: 2 Insufficient cpu, 2 node(s) had …`."""
    text = SUFFIX.sub("", one_line(message, 4_000)).strip().rstrip(".")
    head = HEAD.match(text)
    body = text[head.end() :] if head else text
    return tuple(_clause(part) for part in SPLIT.split(body) if part)


def _clause(part: str) -> Clause:
    number, _, rest = part.partition(" ")
    if number.isdigit() and rest:
        return Clause(rest, kind_of(rest), int(number))
    return Clause(part, kind_of(part))


def kind_of(text: str) -> str:
    """The kind of a clause: see KINDS."""
    found = RESOURCE.search(text)
    if found and (GPUS.match(found[1]) or is_gpu(found[1])):
        return "gpu"
    if found and BASIC.match(found[1]):
        return "room"
    return next(kind for kind, pattern in KINDS if pattern.search(text))


def refusals(known: Known, cell: Cell) -> list[Refusal]:
    """What the scheduler said of the pod, newest last. While the pod waits, its condition is the newest.

    An event that is repeated keeps its first text, so the condition knows better.
    """
    said = [(e.message, e.first, e.last) for e in cell.events(known, "FailedScheduling") if of_scheduler(e)]
    now = condition(known, "PodScheduled")
    waits = now is not None and (now.status, now.reason) == ("False", "Unschedulable")
    if now is not None and waits and now.message:
        said.append((now.message, now.lastTransitionTime or known.first_seen, known.seen))
    elif not said:
        said = [(turn.message, turn.at, turn.seen) for turn in known.history.turns if _refused(turn)]
    merged: dict[tuple[Clause, ...], Refusal] = {}
    for text, first, last in said:
        key = clauses(text)
        before = merged.pop(key, None)
        if before is not None:
            first, last = min(first, before.first), max(last, before.last)  # noqa: PLW2901 - the merged span
        merged[key] = Refusal(text, key, first, last)
    return list(merged.values())[-STATEMENTS:]


def _refused(turn: Turn) -> bool:
    return (turn.type, turn.reason) == ("PodScheduled", "Unschedulable") and bool(turn.message)


def say_clauses(refusal: Refusal) -> str:
    """The clauses in the scheduler's words, without what preemption could do."""
    parts = (f"{each.count} {each.text}" if each.count else each.text for each in refusal.clauses)
    return one_line(", ".join(parts))


def of_scheduler(event: Sighting) -> bool:
    """Whether a scheduler sent the event, not a tool that adds machines."""
    return not any(name in event.component for name in NOT_SCHEDULERS)


def resources_of(refusal: Refusal, kind: str) -> list[str]:
    """The resources that are insufficient, of a kind of clause: "nvidia.com/gpu"."""
    found = (RESOURCE.search(each.text) for each in refusal.clauses if each.kind == kind)
    return list(dict.fromkeys(each[1] for each in found if each))


def taints_of(refusal: Refusal) -> list[str]:
    """Taints that the clauses name: schedulers since 1.34 name none."""
    found = (TAINT.search(each.text) for each in refusal.clauses if each.kind == "taint")
    return list(dict.fromkeys(each[1].rstrip(" :").replace(": ", "=") for each in found if each))
