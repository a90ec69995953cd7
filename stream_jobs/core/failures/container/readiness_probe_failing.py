"""readiness-probe-failing: the program runs, and says itself that it is not ready."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from schemas.kubernetes import Probe
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting, deletion_requested
from stream_jobs.core.pods import container, exits, seen, statuses
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.messages import one_line, times
from stream_jobs.core.signs.probes import by_container
from stream_jobs.core.thresholds import Patience

FAILED = re.compile(r"^Readiness probe (?:failed|errored)")
START = Patience(
    id="readiness-probe-failing.start",
    default=timedelta(minutes=5),
    says="So long a program may take to become ready for the first time: before, it is a note only",
)


SLACK = timedelta(seconds=10)  # the condition turns a little after the probe that made it turn


class Life(msgspec.Struct, frozen=True):
    """One life of a container; `ready` is when it became ready last, None while it is not."""

    started: datetime
    ended: datetime | None
    ready: datetime | None


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for name, events in by_container(cell.events(known, "Unhealthy"), FAILED).items():
        asked = deletion_requested(known)
        told = [each for each in events if asked is None or each.first < asked]
        life = _life(known, name, told[-1].last) if told else None
        if life is not None:
            yield from _judge(known, cell, name, (told, life))


def _life(known: Known, name: str, last: datetime) -> Life | None:
    """The life in which the container failed its probe last."""
    for _, status in statuses(known):
        running = status.state.running if status.state is not None else None
        started = running.startedAt if running is not None else None
        if status.name == name and started is not None and started <= last:
            return Life(started, None, _turned_ready(known) if status.ready else None)
    return next(
        (
            Life(each.started, each.ended, None)
            for each in exits(known)
            if each.container == name and each.started and each.ended and each.started <= last <= each.ended
        ),
        None,
    )


def _turned_ready(known: Known) -> datetime:
    """When the pod's containers were all ready, last."""
    turns = [
        each.at for each in known.history.turns if (each.type, each.status) == ("ContainersReady", "True")
    ]
    return turns[-1] if turns else known.seen


def _judge(
    known: Known, cell: Cell, name: str, found: tuple[list[Sighting], Life]
) -> Iterator[Finding | Later]:
    told, life = found
    until = min((each for each in (life.ready, life.ended, known.deleted) if each is not None), default=None)
    due = life.started + _window(known, name)
    slow = life.started + START.of(cell)
    if until is not None:
        if _lost(known, told) or until > slow:
            yield _finding(known, name, told, max(until, told[0].first))
        return
    now = max(cell.time or told[-1].last, told[-1].last)
    if now < due:
        yield Later(due)
    elif _lost(known, told) or now >= slow:
        yield _finding(known, name, told, None)
    else:
        yield msgspec.structs.replace(_finding(known, name, told, None), severity="low")
        yield Later(slow)


def _window(known: Known, name: str) -> timedelta:
    """How long the pod's own probe lets a container be not ready at its start."""
    spec = container(known, name)
    probe = (spec.readinessProbe if spec is not None else None) or Probe()
    return timedelta(seconds=probe.initialDelaySeconds + probe.failureThreshold * probe.periodSeconds)


def _lost(known: Known, told: list[Sighting]) -> bool:
    """Whether the pod had been ready, and was no longer when it failed the probe."""
    turns = [each for each in known.history.turns if each.type == "ContainersReady"]
    return any(
        before.status == "True" and after.status == "False" and after.at <= told[-1].last + SLACK
        for before, after in pairwise(turns)
    )


def _finding(known: Known, name: str, told: list[Sighting], until: datetime | None) -> Finding:
    since = min(each.first for each in told)
    is_not = "runs, but is not ready" if until is None else "ran, but was not ready"
    newest = told[-1]
    return Finding(
        says=f"Container {name} of pod {known.name} {is_not}: it fails its readiness probe since "
        f"{say_time(since)} ({one_line(newest.message.partition(': ')[2], 200)})",
        since=since,
        until=until,
        occurrence=name,
        evidence=(seen(known, newest.last, f"Unhealthy{times(newest.count)}: {one_line(newest.message)}"),),
    )


FAILURE = Failure(
    id="readiness-probe-failing",
    title="Not ready",
    says="The program runs, but answers Kubernetes' question whether it is ready with no. Services send it "
    "nothing until it says yes; it is not restarted for that.",
    sees="kubectl get pods shows 0/1 Running, and the pod's address is missing in the Service's endpoints.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Unhealthy: Readiness probe failed, and what it answered",
        "kubectl -n NAMESPACE get endpointslices -l kubernetes.io/service-name=SERVICE shows ready: false",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Read what the probe answered: it often names what the program waits for, a model or a database",
        "Compare the probe's port and path with what the program listens on",
        "Look whether it was ever ready: if so, look at what it depends on and what changed then",
    ),
    leads_to=(
        "pod-not-ready",
        "service-no-endpoints",
        "deployment-replicas-unavailable",
        "deployment-rollout-stuck",
    ),
    thresholds=(START,),
    find=find,
)
