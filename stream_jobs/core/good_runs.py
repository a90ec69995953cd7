"""The newest good runs of each definition, and what a bad run does differently.

Kept beyond the runs themselves: a weekly run is compared with last week's.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from schemas.kubernetes import Container, Pod
from stream_jobs.core.engine import Description

if TYPE_CHECKING:
    from stream_jobs.core.cell import Cell

KEPT = 4  # good runs of one definition
KEEP = timedelta(days=90)
LONGEST = 120  # characters of a value that are shown
# Labels by which clouds and autoscalers name a group of like nodes; the first that is there.
POOLS = (
    "karpenter.sh/nodepool",
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "kubernetes.azure.com/agentpool",
    "node.kubernetes.io/instance-type",
)
# In the order in which a person would suspect them.
FIELDS = ("image", "command", "limits", "requests", "node pool", "node selector", "environment", "args")

Parts = dict[str, dict[str, str]]  # "step/container" -> field -> value


class GoodRun(msgspec.Struct, frozen=True):
    """One run that went well, and what its containers were."""

    session: str
    name: str
    ended: datetime
    parts: Parts


class Difference(msgspec.Struct, frozen=True):
    """One field that was otherwise in the newest good run; "" = absent."""

    part: str  # "train/main"
    field: str  # "limits.memory"
    good: str
    bad: str

    def says(self) -> str:
        """Return "limits.memory of train/main was 32Gi, now 16Gi"."""
        return f"{self.field} of {self.part} was {_short(self.good)}, now {_short(self.bad)}"


def definition_key(session: str, told: Description) -> str:
    """Where runs of the same kind meet: cluster/engine/namespace/definition; "" where there is none."""
    cluster, engine, namespace = session.split("/")[:3]
    return f"{cluster}/{engine}/{namespace}/{told.definition}" if told.definition else ""


def note_run(cell: "Cell", session: str) -> set[str]:
    """Remember the session's run where it went well; return the sessions that are compared with it now."""
    told = cell.described[session]
    key = definition_key(session, told)
    if not key:
        return set()
    cell.alike.setdefault(key, set()).add(session)
    before = cell.good_runs.get(key, ())
    now = tuple(each for each in before if each.session != session)
    if told.phase == "Succeeded" and told.ended is not None:
        now = (*now, GoodRun(session, told.name, told.ended, parts_of(cell, told)))
    now = tuple(sorted(now, key=lambda each: (each.ended, each.session)))[-KEPT:]
    if now == before:
        return set()
    cell.good_runs[key] = now
    cell.dirty.add(f"g/{key}")
    return {each for each in cell.alike[key] if each in cell.members} - {session}


def parts_of(cell: "Cell", told: Description) -> Parts:
    """What the containers of a run's newest pods were, by step and container."""
    found: Parts = {}
    for step in told.steps:
        for attempt in step.attempts:
            known = cell.objects.get(attempt.pod_uid)
            if known is None or not isinstance(known.view, Pod):
                continue
            shared = dict(_of_pod(cell, known.view))
            for container in known.view.spec.containers or ():
                found[f"{step.name}/{container.name}"] = dict(_of_container(container)) | shared
    return found


def _of_container(container: Container) -> Iterator[tuple[str, str]]:
    yield "image", container.image
    yield "command", " ".join(container.command or ())
    yield "args", " ".join(container.args or ())
    yield "environment", ", ".join(sorted(each.name for each in container.env or ()))
    resources = container.resources
    for name, amounts in (
        ("limits", resources.limits if resources else None),
        ("requests", resources.requests if resources else None),
    ):
        yield from ((f"{name}.{resource}", str(amount)) for resource, amount in (amounts or {}).items())


def _of_pod(cell: "Cell", pod: Pod) -> Iterator[tuple[str, str]]:
    selector = pod.spec.nodeSelector or {}
    yield "node selector", ", ".join(f"{key}={value}" for key, value in sorted(selector.items()))
    node = cell.by_name("Node", "", pod.spec.nodeName) if pod.spec.nodeName else None
    yield (
        "node pool",
        next((node.labels[label] for label in POOLS if label in node.labels), "") if node else "",
    )


def good_before(cell: "Cell", session: str, told: Description) -> tuple[GoodRun, ...]:
    """The good runs of the definition that were over when this one began, newest last."""
    since = told.created or told.started
    if since is None:
        return ()
    runs = cell.good_runs.get(definition_key(session, told), ())
    return tuple(each for each in runs if each.session != session and each.ended <= since)


def differences(cell: "Cell", session: str, told: Description) -> tuple[Difference, ...]:
    """What the run does otherwise than the newest good one, likeliest first.

    What differs from one good run to the next too, such as a date among the arguments, is not told.
    """
    good = good_before(cell, session, told)
    if not good:
        return ()
    found = []
    for part, fields in parts_of(cell, told).items():
        then = good[-1].parts.get(part)
        if then is None:
            continue
        for field in sorted(then.keys() | fields.keys()):
            was, now = then.get(field, ""), fields.get(field, "")
            if (
                was != now
                and not _wavers(good, part, field)
                and not (field == "node pool" and not (was and now))
            ):
                found.append(Difference(part, field, was, now))
    return tuple(sorted(found, key=lambda each: (_suspicion(each.field), each.part, each.field)))


def _wavers(good: tuple[GoodRun, ...], part: str, field: str) -> bool:
    values = [each.parts[part].get(field, "") for each in good if part in each.parts]
    return any(one != other for one, other in pairwise(values))


def _suspicion(field: str) -> int:
    return FIELDS.index(field.partition(".")[0])


def _short(text: str) -> str:
    return "absent" if not text else text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
