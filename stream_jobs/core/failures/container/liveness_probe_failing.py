"""liveness-probe-failing: a health check failed too often, so the kubelet restarted the container."""

import re
from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.messages import one_line, times
from stream_jobs.core.signs.probes import by_container, quiet_since
from stream_jobs.core.thresholds import Level

FAILED = re.compile(r"^Liveness probe (?:failed|errored)")
KILLED = re.compile(r"^Container (?P<name>\S+) failed liveness probe")
FAILURES = Level(
    id="liveness-probe-failing.failures",
    default=3,
    says="So many failed probes are told before there is a restart; 3 is failureThreshold where a pod names "
    "none",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    failures = by_container(cell.events(known, "Unhealthy"), FAILED)
    kills = by_container(cell.events(known, "Killing"), KILLED)
    for name in dict.fromkeys([*kills, *failures]):
        told, killed = failures.get(name, []), kills.get(name, [])
        if not killed and sum(each.count for each in told) < FAILURES.of(cell):
            continue  # a slow start, or one late answer
        last = max(each.last for each in (*told, *killed))
        cured = quiet_since(known, cell, name, last)
        if isinstance(cured, Later):
            yield cured
        yield _finding(known, name, (told, killed), None if isinstance(cured, Later) else cured)


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
    sees="RESTARTS goes up in kubectl get pods, and the containers end with exit code 137 or 143.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Unhealthy: Liveness probe failed, then Killing",
        "Call the probe's address from inside while the program works hard: kubectl -n NAMESPACE exec POD -- "
        "wget -qO- localhost:PORT/PATH",
    ),
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
    thresholds=(FAILURES,),
    find=find,
)
