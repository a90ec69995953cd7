"""startup-probe-failing: the program took longer to start than its probe allows, and was started anew."""

import re
from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import seen, statuses
from stream_jobs.core.signs.messages import one_line, times
from stream_jobs.core.signs.probes import by_container, quiet_since

FAILED = re.compile(r"^Startup probe (?:failed|errored)")
KILLED = re.compile(r"^Container (?P<name>\S+) failed startup probe")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    # Failures alone are how a slow start looks that goes well: the kill counts.
    failures = by_container(cell.events(known, "Unhealthy"), FAILED)
    for name, kills in by_container(cell.events(known, "Killing"), KILLED).items():
        told = failures.get(name, [])
        last = max(each.last for each in (*told, *kills))
        until = _started(known, name, last) or quiet_since(known, cell, name, last)
        if isinstance(until, Later):
            yield until
        yield _finding(known, name, (told, kills), None if isinstance(until, Later) else until)


def _started(known: Known, name: str, last: datetime) -> datetime | None:
    """When a life that passed the probe began; None where none did since."""
    for _, status in statuses(known):
        running = status.state.running if status.state is not None else None
        if status.name == name and running is not None and status.started and running.startedAt is not None:
            return max(running.startedAt, last)
    return None


def _finding(
    known: Known, name: str, events: tuple[list[Sighting], list[Sighting]], until: datetime | None
) -> Finding:
    told, kills = events
    return Finding(
        says=f"Container {name} of pod {known.name} did not pass its startup probe in time and was started "
        f"anew{times(sum(each.count for each in kills))}",
        since=min(each.first for each in (*told, *kills)),
        until=until,
        occurrence=name,
        evidence=tuple(
            seen(known, each.last, f"{each.reason}: {one_line(each.message)}")
            for each in (*told[-2:], *kills[-2:])
        ),
    )


FAILURE = Failure(
    id="startup-probe-failing",
    title="Not started in time",
    says="Kubernetes gives the program a certain time to come up, for example to load a model. It was not up "
    "by then, so it was killed and started from the beginning, over and over.",
    sees="kubectl get pods shows 0/1 Running with RESTARTS going up, later CrashLoopBackOff.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Startup probe failed, then Killing: failed startup "
        "probe, will be restarted",
        "kubectl -n NAMESPACE logs POD -c CONTAINER --previous ends in the middle of the start, without an "
        "error",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Raise failureThreshold x periodSeconds of the startupProbe above the time that a start really takes",
        "See what takes the time: a model that is downloaded at each start belongs on a volume",
        "Compare the probe's port and path with what the program listens on",
    ),
    leads_to=(
        "container-crash-loop",
        "container-killed-by-signal",
        "pod-not-ready",
        "deployment-replicas-unavailable",
        "deployment-rollout-stuck",
        "service-no-endpoints",
    ),
    find=find,
)
