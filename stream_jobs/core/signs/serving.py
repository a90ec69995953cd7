"""Reading what serves: copies of a workload that are missing, pods in trouble, times in which it was ill."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.kubernetes import Pod, Workload
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Turn
from stream_jobs.core.leads import NAME_ERROR, REFUSED
from stream_jobs.core.pods import (
    condition,
    ended_at,
    failed_exits,
    is_true,
    pod_view,
    pods_of,
    waiting_reason,
)

BAD_WAITS = re.compile(r"BackOff|^Err|^Invalid|Error$|NeverPull$")
SOON = timedelta(minutes=10)  # the kubelet forgets crashes of a container that ran so long


class Outage(msgspec.Struct, frozen=True):
    """One time in which a condition was bad, short good times included; `number` is its first turn's."""

    since: datetime
    until: datetime | None
    number: int
    message: str = ""

    def holds(self, at: datetime, slack: timedelta = timedelta(minutes=1)) -> bool:
        """Whether a moment lies in it."""
        return self.since - slack <= at and (self.until is None or at <= self.until + slack)


def outages(known: Known, kind: str, bad: str, now: datetime | None) -> list[Outage]:
    """The times in which the condition had that status; good times that did not last are passed over."""
    turns: list[Turn] = [each for each in known.history.turns if each.type == kind]
    found: list[Outage] = []
    for turn, following in zip(turns, [*turns[1:], None], strict=False):
        if turn.status != bad:
            continue
        until = following.at if following is not None else known.deleted
        last = found[-1] if found else None
        if last is not None and last.until is not None and turn.at - last.until < SOON:
            found[-1] = msgspec.structs.replace(last, until=until, message=turn.message)
        else:
            found.append(Outage(turn.at, until, turn.number, turn.message))
    if found and known.exists and (end := found[-1].until) is not None and crashing(known, now, end):
        found[-1] = msgspec.structs.replace(found[-1], until=None)
    return found


def crashing(known: Known, now: datetime | None, end: datetime) -> bool:
    """Whether it is too early to call an outage over: it came back before, and not long ago."""
    bad = [each for each in known.history.turns if each.type == "Available" and each.status == "False"]
    return len(bad) > 2 and now is not None and now - end < SOON


def wanted(view: Workload) -> int:
    """How many copies there should be; of a DaemonSet, as many as there are machines for it."""
    return view.status.desiredNumberScheduled or (1 if view.spec.replicas is None else view.spec.replicas)


def available(view: Workload) -> int:
    """How many copies are there."""
    if view.status.desiredNumberScheduled:
        return view.status.numberReady
    return view.status.availableReplicas


def is_ready(pod: Known) -> bool:
    """Whether the pod says that it is ready."""
    return pod.exists and is_true(pod, "Ready") is not None


def troubled(pods: list[Known], cell: Cell) -> list[tuple[Known, datetime]]:
    """The pods that show why they are not ready, each with when that began; earliest first."""
    found = [(each, at) for each in pods if (at := trouble_since(each, cell)) is not None]
    return sorted(found, key=lambda each: (each[1], each[0].uid))


def trouble_since(pod: Known, cell: Cell) -> datetime | None:
    """When the pod first showed that it cannot get ready: a bad end, a bad wait, no node, a failing probe."""
    moments = [each.ended or each.seen for each in failed_exits(pod)]
    moments += [each.since for each in pod.history.waits if BAD_WAITS.search(each.reason)]
    moments += [
        turn.at
        for turn in pod.history.turns
        if (turn.type, turn.status, turn.reason) == ("PodScheduled", "False", "Unschedulable")
    ]
    moments += [each.first for each in cell.events(pod, "Unhealthy", "FailedMount", "FailedCreatePodSandBox")]
    if pod_view(pod).status.phase == "Failed":
        moments.append(ended_at(pod))
    return min((each for each in moments if each is not None), default=None)


def refused_since(known: Known, cell: Cell) -> datetime | None:
    """When the workload, or what it owns, was first refused a pod."""
    told = [
        each
        for item in (known, *cell.owned(known, "ReplicaSet.apps"))
        for each in cell.events(item, *REFUSED)
    ]
    turned = [
        turn.at for turn in known.history.turns if turn.type == "ReplicaFailure" and turn.status == "True"
    ]
    return min((*(each.first for each in told), *turned), default=None)


def pods_in(cell: Cell, namespace: str) -> list[Known]:
    """The existing pods of a namespace; gathered once a judgement."""
    key = ("pods in", "")
    if key not in cell.memo:
        gathered: dict[str, list[Known]] = {}
        for pod in cell.every("Pod"):
            if pod.exists:
                gathered.setdefault(pod.namespace, []).append(pod)
        cell.memo[key] = gathered
    found: list[Known] = cell.memo[key].get(namespace, [])
    return found


def pods_under(known: Known, cell: Cell) -> list[Known]:
    """The workload's pods, deleted ones too."""
    return pods_of(cell.descendants(known))


def template_labels(known: Known) -> dict[str, str]:
    """The labels of the pods that a workload makes."""
    view = known.view
    template = view.spec.template if isinstance(view, Workload) else None
    return (template.metadata.labels or {}) if template is not None else {}


def not_ready_since(pod: Known) -> datetime | None:
    """Since when the pod is not ready; None where it is."""
    found = condition(pod, "Ready")
    if found is not None and found.status == "True":
        return None
    return (found.lastTransitionTime if found is not None else None) or pod.created or pod.first_seen


def name_errors(known: Known) -> Iterator[tuple[str, datetime]]:
    """Yield (words, when) of each end of the pod's containers that tells of a name that was not found."""
    for each in failed_exits(known) if isinstance(known.view, Pod) else ():
        when = each.ended or each.seen
        if NAME_ERROR.search(each.message) and when is not None:
            yield each.message, when


def say_trouble(pod: Known) -> str:
    """Why the pod is not ready in a few words; "" where nothing says so."""
    reason = waiting_reason(pod)
    if reason:
        return reason
    scheduled = condition(pod, "PodScheduled")
    if scheduled is not None and scheduled.status == "False":
        return scheduled.reason or "Unschedulable"
    bad = failed_exits(pod)
    return f"ended with exit code {bad[-1].code}" if bad else "its readiness probe fails"
