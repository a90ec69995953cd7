"""pod-not-ready: the pod is there, and one of the conditions on its way to work is not met."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, deletion_requested
from stream_jobs.core.pods import condition, pod_view, seen, statuses
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.thresholds import Level, Patience

PATIENCE = Patience(
    id="pod-not-ready.patience",
    default=timedelta(minutes=15),
    says="Programs that load large models may take so long; a container that cannot start is told at once",
)
FAILURES = Level(
    id="pod-not-ready.probe-failures",
    default=3,
    says="So many failed readiness probes are no longer just a start; it is the kubelet's own default",
)
ORDER = (
    "PodScheduled",
    "PodReadyToStartContainers",
    "PodHasNetwork",
    "Initialized",
    "ContainersReady",
    "Ready",
)
STAGES = {
    "PodScheduled": "it has no node",
    "PodReadyToStartContainers": "its network or volumes are not there",
    "PodHasNetwork": "its network or volumes are not there",
    "Initialized": "its init containers have not finished",
}
OVER = frozenset({"PodCompleted", "PodFailed"})
# Waiting states in which a container will not start without help.
CANNOT_START = frozenset(
    {"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "CrashLoopBackOff"}
)
PROBE = re.compile(r"^(?:Readiness|Startup) probe (?:failed|errored)")


class Span(msgspec.Struct, frozen=True):
    """A stretch in which the pod was not ready."""

    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether a time lies in it."""
        return self.since <= at and (self.until is None or at <= self.until)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    spans = _spans(known)
    told = [(each, why) for each in spans if (why := _direct(known, cell, each))]
    if told:
        yield _finding(known, told[0][0].since, told[-1][0].until, told[-1][1])
        return
    for each in spans:
        limit = each.since + PATIENCE.of(cell)
        if each.until is not None and each.until > limit and _ran(known, each):
            yield _finding(known, each.since, each.until, "its containers were not ready")
            return
        if each.until is None and known.exists and pod_view(known).status.phase == "Running":
            if cell.time is None or cell.time <= limit:
                yield Later(limit + timedelta(seconds=1))
            elif why := _stage(known):
                yield _finding(known, each.since, None, why)


def _spans(known: Known) -> list[Span]:
    """When Ready was not "True", the end of the pod and what came after its delete left out."""
    asked = deletion_requested(known)
    turns = [turn for turn in known.history.turns if turn.type == "Ready"]
    found: list[Span] = []
    for turn, following in zip(turns, [*turns[1:], None], strict=False):
        if turn.status == "True" or turn.reason in OVER or (asked is not None and turn.at >= asked):
            continue
        until = following.at if following is not None else asked
        if found and found[-1].until == turn.at:
            found[-1] = Span(found[-1].since, until)
        else:
            found.append(Span(turn.at, until))
    return found


def _ran(known: Known, span: Span) -> bool:
    """Whether the pod was Running in it: one that waits for a node or an image is told by that."""
    return any(
        phase == "Running" and (span.until is None or at <= span.until) for phase, at in known.history.phases
    )


def _direct(known: Known, cell: Cell, span: Span) -> str:
    """What says at once that it will not become ready by itself; "" where nothing does."""
    for wait in known.history.waits:
        if wait.reason in CANNOT_START and (span.holds(wait.since) or wait.until is None):
            return f"container {wait.container} waits with {wait.reason}"
    failures = [
        each
        for each in cell.events(known, "Unhealthy")
        if PROBE.search(each.message) and span.holds(each.last)
    ]
    if sum(each.count for each in failures) >= FAILURES.of(cell):
        return one_line(failures[-1].message, 160)
    return ""


def _stage(known: Known) -> str:
    """The first condition that is not met, in words; "" where only what has ended well is not ready."""
    first = next((each for name in ORDER if (each := condition(known, name)) and each.status != "True"), None)
    if first is None:
        return ""
    unready = [
        status.name
        for role, status in statuses(known)
        if role in ("main", "sidecar") and not status.ready and not _done(status.state)
    ]
    if first.type in STAGES:
        return STAGES[first.type]
    if first.type == "Ready" and first.reason == "ReadinessGatesNotReady":
        return one_line(first.message or "its readiness gates are not met", 160)
    return f"not ready: {', '.join(unready)}" if unready else ""


def _done(state: object) -> bool:
    """Whether a container has ended with 0, which is well for a task's helper."""
    ended = getattr(state, "terminated", None)
    return ended is not None and ended.exitCode == 0


def _finding(known: Known, since: datetime, until: datetime | None, why: str) -> Finding:
    node = pod_view(known).spec.nodeName
    is_not = "is not ready since" if until is None else f"was not ready until {say_time(until)}, since"
    return Finding(
        says=f"Pod {known.name} {is_not} {say_time(since)}: {why}",
        since=since,
        until=until,
        evidence=(seen(known, since, f"Ready is not True: {why}"),),
        about=(target("Node", "", node),) if node else (),
    )


FAILURE = Failure(
    id="pod-not-ready",
    title="Pod not ready",
    says="The pod exists, but does not count as ready, so that no traffic is sent to it and rollouts wait. "
    "The first of its conditions that is not True tells how far it got.",
    sees="kubectl get pods shows 0/1 under READY, or a status such as CreateContainerConfigError.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.conditions}': read PodScheduled, "
        "PodReadyToStartContainers, Initialized, ContainersReady, Ready in this order",
        "kubectl -n NAMESPACE describe pod POD shows the state of each container, and failed probes",
    ),
    judges=("Pod",),
    severity="medium",
    role="symptom",
    playbook=(
        "Take the first condition that is False, and look at that stage: node, network, init "
        "containers, probes",
    ),
    leads_to=("service-no-endpoints", "deployment-replicas-unavailable", "deployment-rollout-stuck"),
    thresholds=(PATIENCE, FAILURES),
    find=find,
)
