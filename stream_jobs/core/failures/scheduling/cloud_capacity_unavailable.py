"""cloud-capacity-unavailable: a machine was ordered, and the cloud has none, or the account may have no "
"more."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import condition, seen
from stream_jobs.core.signs.autoscaling import BACKOFF, helped_at, no_help, told
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.nodes import shown
from stream_jobs.core.signs.scheduling import bound_at, grows

CLAIM, REQUEST = "NodeClaim.karpenter.sh", "ProvisioningRequest.autoscaling.x-k8s.io"
QUOTA = re.compile(r"(?i)quota|limitexceeded|limit exceeded")
ADDRESSES = re.compile(r"IP space exhausted")
# The cluster autoscaler says of its own ConfigMap which group of machines it could not enlarge.
GROUPS = ("FailedToScaleUpGroup", "ScaleUpTimedOut")
LAUNCH = re.compile(r"(?i)insufficient ?(instance)?capacity|InsufficientCapacityError|capacity not available")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key == "Pod":
        yield from _of_pod(known, cell)
    elif known.key == REQUEST:
        yield from _of_request(known)
    else:
        yield from _of_order(known, cell)


def _of_pod(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    events = [each for each in no_help(known, cell) if BACKOFF.search(each.message)]
    events += [each for each in cell.events(known, "FailedScaleUp") if not ADDRESSES.search(each.message)]
    if events:
        newest = max(events, key=lambda each: each.last)
        yield Finding(
            says=f"The cloud gave no machine for pod {known.name}{_why(events)}",
            since=min(each.first for each in events),
            until=helped_at(known, cell, newest.last),
            evidence=told(known, events),
        )
        return
    yield from _in_vain(known, cell)


def _in_vain(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    """Ordered, and nothing came: an autoscaler gives up after a quarter of an hour."""
    ordered, at = cell.events(known, "TriggeredScaleUp"), grows(known, cell)
    bound = bound_at(known)
    if not ordered or at is None or (bound is not None and bound <= at):
        return
    now = bound or known.deleted or cell.time
    if now is None or now <= at:
        if known.exists:
            yield Later(at)
        return
    yield Finding(
        says=f"A machine was ordered for pod {known.name}, and none came in time",
        since=ordered[-1].first,
        until=bound,
        confidence=0.5,
        evidence=told(known, ordered),
    )


def _of_order(known: Known, cell: Cell) -> Iterator[Finding]:
    """A NodeClaim that Karpenter could not have made, or a group of machines that did not grow."""
    reasons = ("InsufficientCapacityError",) if known.key == CLAIM else GROUPS
    events = cell.events(known, *reasons)
    launched = condition(known, "Launched") if known.key == CLAIM else None
    message = f"{launched.reason}: {launched.message}" if launched and launched.status != "True" else ""
    refused = bool(LAUNCH.search(message))
    if not (events or refused):
        return
    what = f"NodeClaim {known.name}" if known.key == CLAIM else "a group of machines"
    yield Finding(
        says=f"The cloud gave no machine for {what}{_why(events) or _words(message)}",
        since=events[0].first if events else known.created,
        until=None if known.key == CLAIM else events[-1].last,
        evidence=shown(known, events) or (seen(known, known.created, one_line(message)),),
    )


def _of_request(known: Known) -> Iterator[Finding]:
    failed, provisioned = condition(known, "Failed"), condition(known, "Provisioned")
    bad = failed if failed is not None and failed.status == "True" else provisioned
    if bad is None or (
        bad is provisioned and not ("CapacityNotFound" in (bad.reason or "") and bad.status == "False")
    ):
        return
    message = one_line(f"{bad.reason}: {bad.message}").strip(": ")
    yield Finding(
        says=f"The cloud gave no machines for ProvisioningRequest {known.name}{_words(message)}",
        since=bad.lastTransitionTime or known.created,
        evidence=(seen(known, bad.lastTransitionTime, message),),
    )


def _why(events: list[Sighting]) -> str:
    return _words(events[-1].message) if events else ""


def _words(message: str) -> str:
    quota = "the account's quota is used up: " if QUOTA.search(message) else ""
    return f": {quota}{one_line(message, 200)}" if message else ""


FAILURE = Failure(
    id="cloud-capacity-unavailable",
    title="Cloud has no such machine",
    says="The cluster asked the cloud for another machine and got none: machines of that kind, mostly those "
    "with GPUs, are sold out in that zone, or the account may not have more of them.",
    sees="kubectl get pods shows Pending although the autoscaler tries to help; no new node appears.",
    confirm=(
        "kubectl get events -A shows InsufficientCapacityError, FailedToScaleUpGroup, FailedScaleUp, or "
        "NotTriggerScaleUp with: in backoff after failed scale-up",
        "The cloud's console shows the quota of that kind of machine, and its use",
    ),
    judges=("Pod", CLAIM, REQUEST, "ConfigMap"),
    severity="high",
    role="cause",
    playbook=(
        "Allow other zones and types of machines, or reserve capacity",
        "Where the message tells of a quota or limit, ask the cloud for a higher one",
    ),
    leads_to=(
        "pod-unschedulable",
        "kueue-admission-check-failed",
        "gang-partial-deadlock",
        "insufficient-gpu",
        "insufficient-cpu-memory",
    ),
    find=find,
)
