"""container-crash-loop: a container ends again and again, and is started again later and later."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Exit, Known
from stream_jobs.core.pods import seen, statuses
from stream_jobs.core.signs.exit_codes import say_exit
from stream_jobs.core.signs.lives import Fault, crowded, faults, logs_of
from stream_jobs.core.thresholds import Level, Patience

REASON = "CrashLoopBackOff"
TOLD = re.compile("^Back-off restarting failed container")
MANY = Level(
    id="container-crash-loop.restarts",
    default=3,
    says="So many bad ends in a short time are a loop, where no back-off was seen",
)
WITHIN = Patience(
    id="container-crash-loop.within",
    default=timedelta(minutes=10),
    says="The time in which so many bad ends are a loop: after it the kubelet forgets earlier ones",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for fault in faults(known, cell, lambda ended: ended.role != "ephemeral"):
        if isinstance(fault, Later):
            yield fault
        elif (since := _since(known, cell, fault)) is not None:
            yield _finding(known, fault, since)
    yield from _finishing(known)


def _since(known: Known, cell: Cell, fault: Fault) -> datetime | None:
    """When the container began to loop; None where it did not."""
    signs = [
        event.first
        for event in cell.events(known, "BackOff")
        if TOLD.match(event.message) and _concerns(fault, event.container, event.first, event.last)
    ]
    signs += [
        wait.since
        for wait in known.history.waits
        if wait.reason == REASON and _concerns(fault, wait.container, wait.since, wait.until)
    ]
    many = max(1, int(MANY.of(cell)))
    if crowded(fault.exits, many, WITHIN.of(cell)):
        signs.append(fault.exits[many - 1].ended or fault.exits[many - 1].seen or known.seen)
    return max(min(signs), fault.since or min(signs)) if signs else None


def _concerns(fault: Fault, container: str, since: datetime, until: datetime | None) -> bool:
    """Whether a sign belongs to these ends: it lasts into them, and began before they were over."""
    begun = fault.since is None or until is None or until >= fault.since
    return container == fault.container and begun and (fault.until is None or since <= fault.until)


def _finding(known: Known, fault: Fault, since: datetime) -> Finding:
    last = fault.last
    count = f"{len(fault.exits)} times in a row, last time" if len(fault.exits) > 1 else "once"
    return Finding(
        says=f"Container {fault.container} of pod {known.name} ended {count} with {say_exit(last.code)}, and "
        "is started again with growing pauses",
        since=since,
        until=fault.until,
        occurrence=f"{fault.container}/{fault.first.restart}",
        evidence=(
            seen(known, last.ended, f"container {fault.container}: {last.reason}, exit code {last.code}"),
        ),
        playbook=(logs_of(known, fault),),
    )


def _finishing(known: Known) -> Iterator[Finding]:
    """A program that ends well, in a pod that is to run for ever: nothing is broken but the pod's kind."""
    for _, status in statuses(known):
        ends = [each for each in known.history.exits if each.container == status.name]
        waits = [
            each for each in known.history.waits if each.container == status.name and each.reason == REASON
        ]
        if waits and ends and all(each.code == 0 and each.reason == "Completed" for each in ends):
            yield _restarted(known, status.name, ends, waits[0].since)


def _restarted(known: Known, name: str, ends: list[Exit], since: datetime) -> Finding:
    return Finding(
        says=f"Container {name} of pod {known.name} ends well, but its pod starts it again each time "
        "(restartPolicy Always)",
        since=since,
        occurrence=name,
        evidence=(seen(known, ends[-1].ended, f"container {name}: Completed, exit code 0"),),
        explanation="The program does its work and ends with exit code 0. A Deployment expects a program "
        "that never ends and starts it anew: work that ends belongs in a Job.",
        playbook=("Run a program that ends as a Job, or let it wait for more work instead of ending",),
    )


FAILURE = Failure(
    id="container-crash-loop",
    title="Crash loop",
    says="The container starts, ends, and is started again, each time after a longer pause (10 s, 20 s, up "
    "to 5 min). That is how it shows; why is told by the way the container ended.",
    sees="kubectl get pods shows CrashLoopBackOff, or RESTARTS that go up.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.containerStatuses[*].lastState}' shows how "
        "it ended last",
        "kubectl -n NAMESPACE logs POD -c CONTAINER --previous shows its last words",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=("Look at how the container ended last: reason, exit code and log are what to repair",),
    leads_to=(
        "pod-not-ready",
        "deployment-replicas-unavailable",
        "deployment-rollout-stuck",
        "service-no-endpoints",
        "workflow-step-stuck-pending",
    ),
    thresholds=(MANY, WITHIN),
    find=find,
)
