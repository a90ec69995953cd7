"""preempted-by-higher-priority: the pod was removed to make room for a pod of higher priority."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence, Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.refusals import of_scheduler
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="preempted-by-higher-priority.patience",
    default=timedelta(seconds=60),
    says="It is waited so long for the pod that took the place to become known, and then told without",
)
UID = re.compile(r"Preempted by (?:pod )?([0-9a-f]{8}-[0-9a-f-]{27}) on node")
NAME = re.compile(r"Preempted by (?:pod )?([a-z0-9-]+)/(\S+) on node")


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    events = [each for each in cell.events(known, "Preempted") if of_scheduler(each)]
    at, evidence = _proof(known, events)
    if at is None:
        return
    preemptor = next((found for each in events if (found := _preemptor(known, each, cell))), None)
    if preemptor is None and (cell.time is None or cell.time < at + PATIENCE.of(cell)):
        yield Later(
            at + PATIENCE.of(cell)
        )  # whose place it is, is part of what happened: it is told a moment later
        return
    yield Finding(
        says=f"Pod {known.name}{_priority(known)} was removed from node "
        f"{pod_view(known).spec.nodeName or '?'} "
        f"to make room for {_name(preemptor)}",
        since=at,
        occurrence=known.uid,
        subject=_culprit(preemptor),
        hits=(known.uid,),
        evidence=evidence,
    )


def _proof(known: Known, events: list[Sighting]) -> tuple[datetime | None, tuple[Evidence, ...]]:
    """When it was, and by which signs: the pod's condition, the scheduler's event, the kubelet's status."""
    found = [
        seen(known, turn.at, f"DisruptionTarget: {turn.reason}: {one_line(turn.message)}")
        for turn in known.history.turns
        if (turn.type, turn.status, turn.reason) == ("DisruptionTarget", "True", "PreemptionByScheduler")
    ]
    found += [
        Evidence(at=each.first, ref=known.ref, says=f"Preempted: {one_line(each.message)}") for each in events
    ]
    status = pod_view(known).status
    if status.reason == "Preempting":  # the kubelet's: a critical pod of the system came
        found.append(seen(known, _failed(known), f"Preempting: {one_line(status.message or '')}"))
    return min((each.at for each in found if each.at is not None), default=None), tuple(found)


def _failed(known: Known) -> datetime:
    return next((at for phase, at in known.history.phases if phase == "Failed"), known.seen)


def _preemptor(known: Known, event: Sighting, cell: Cell) -> Known | None:
    if event.related is not None and (found := cell.by_ref(event.related)) is not None:
        return found
    uid, name = UID.search(event.message), NAME.search(event.message)
    if uid is not None:
        return cell.objects.get(uid[1])
    return cell.by_name("Pod", name[1], name[2]) if name is not None else None


def _culprit(preemptor: Known | None) -> Ref | None:
    """The preemptor's controller: what somebody started, not one of its pods."""
    if preemptor is None:
        return None
    owners = sorted(preemptor.view.metadata.ownerReferences or (), key=lambda each: not each.controller)
    for owner in owners:
        return Ref(
            kind=owner.kind, namespace=preemptor.namespace, name=owner.name, uid=owner.uid, group=owner.group
        )
    return preemptor.ref


def _name(preemptor: Known | None) -> str:
    culprit = _culprit(preemptor)
    if preemptor is None or culprit is None:
        return "a pod of higher priority"
    of = f" of {culprit.kind} {culprit.name}" if culprit.uid != preemptor.uid else ""
    where = f" in namespace {preemptor.namespace}"
    return f"pod {preemptor.name}{of}{where}{_priority(preemptor)}"


def _priority(known: Known) -> str:
    spec = pod_view(known).spec
    if spec.priority is None:
        return ""
    named = f", {spec.priorityClassName}" if spec.priorityClassName else ""
    return f" (priority {spec.priority}{named})"


FAILURE = Failure(
    id="preempted-by-higher-priority",
    title="Preempted",
    says="A pod with a higher priority found no free room, so the scheduler removed this one to make some.",
    sees="The pod is Terminating, Failed or gone, and its last event is Preempted.",
    confirm=(
        "kubectl -n NAMESPACE get events --field-selector reason=Preempted shows: Preempted by pod … on "
        "node …",
        "kubectl -n NAMESPACE get pod POD -o yaml shows the condition DisruptionTarget with reason "
        "PreemptionByScheduler",
        "kubectl get priorityclasses shows what each class is worth",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Talk to the owner of the run that took the place, or give this one a higher priorityClassName",
        "Write checkpoints, and let the Job ignore disruptions: podFailurePolicy Ignore on DisruptionTarget",
    ),
    leads_to=(
        "pod-failed",
        "container-killed-by-signal",
        "job-backoff-limit-exceeded",
        "workflow-step-pod-deleted",
        "workflow-step-failed",
        "distributed-worker-lost",
        "training-job-restarting",
    ),
    thresholds=(PATIENCE,),
    find=find,
)
