"""liveness-probe-failing: a health check failed too often, so the kubelet restarted the container."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.lives import WELL
from stream_jobs.core.messages import one_line, times
from stream_jobs.core.pods import seen, statuses

FAILED = re.compile(r"^Liveness probe (?:failed|errored)")
KILLED = re.compile(r"^Container (?P<name>\S+) failed liveness probe")
THRESHOLD = 3  # failureThreshold where the pod names none: so many failures in a row lead to a restart


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    failures = _by_container(cell.events(known, "Unhealthy"), FAILED)
    kills = _by_container(cell.events(known, "Killing"), KILLED)
    for name in dict.fromkeys([*kills, *failures]):
        told, killed = failures.get(name, []), kills.get(name, [])
        if not killed and sum(each.count for each in told) < THRESHOLD:
            continue  # a slow start, or one late answer
        last = max(each.last for each in (*told, *killed))
        cured = _cured(known, cell, name, last)
        if isinstance(cured, Later):
            yield cured
        yield _finding(known, name, (told, killed), None if isinstance(cured, Later) else cured)


def _by_container(events: list[Sighting], pattern: re.Pattern[str]) -> dict[str, list[Sighting]]:
    found: dict[str, list[Sighting]] = {}
    for each in events:
        match = pattern.search(each.message)
        if match is not None:
            name = each.container or match.groupdict().get("name") or ""
            found.setdefault(name, []).append(each)
    return found


def _cured(known: Known, cell: Cell, name: str, last: datetime) -> datetime | Later | None:
    """When it was well again: no failure for so long, in a container that runs."""
    running = any(
        status.name in (name, "") or not name
        for _, status in statuses(known)
        if status.state is not None and status.state.running is not None
    )
    if not running or not known.exists:
        return None
    now = cell.time
    return last + timedelta(seconds=1) if now is not None and now >= last + WELL else Later(last + WELL)


def _finding(
    known: Known, name: str, events: tuple[list[Sighting], list[Sighting]], until: datetime | None
) -> Finding:
    told, killed = events
    restarts = sum(each.count for each in killed)
    what = f"and was restarted{times(restarts)}" if killed else "and is restarted if that goes on"
    return Finding(
        says=f"Container {name} of pod {known.name} failed its liveness probe {what}",
        since=min(each.first for each in (*told, *killed)),
        until=until,
        occurrence=name,
        evidence=tuple(
            seen(known, each.last, f"{each.reason}: {one_line(each.message)}") for each in (*told, *killed)
        )[-4:],
        severity=None if killed else "medium",
    )


FAILURE = Failure(
    id="liveness-probe-failing",
    title="Liveness probe failing",
    says="Kubernetes asks the program at intervals whether it is alive. It did not answer well several times "
    "in a row, so it was killed and started again, although it may only have been busy.",
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Compare the probe's port and path with what the program listens on",
        "Raise timeoutSeconds, periodSeconds or failureThreshold, or add a startupProbe for a slow start",
        "Do not read exit code 137 here as out of memory: the kubelet sent that signal",
    ),
    leads_to=(
        "container-crash-loop",
        "container-killed-by-signal",
        "pod-failed",
        "pod-not-ready",
        "deployment-replicas-unavailable",
        "job-backoff-limit-exceeded",
        "workflow-step-failed",
        "training-job-restarting",
    ),
    find=find,
)
