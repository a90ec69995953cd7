"""namespace-terminating: the whole namespace is being deleted, with all that works in it."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, Turn, deletion_requested
from stream_jobs.core.pods import ended_at, pods_of
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.creations import span, told
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.namespaces import namespace_ref
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="namespace-terminating.patience",
    default=timedelta(minutes=10),
    says="A namespace that is still there so long after its delete is held up by something inside",
)
MESSAGE = re.compile(r"because it is being terminated")
LEFT = (
    "NamespaceDeletionDiscoveryFailure",
    "NamespaceDeletionGroupVersionParsingFailure",
    "NamespaceDeletionContentFailure",
    "NamespaceFinalizersRemaining",
    "NamespaceContentRemaining",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key == "Namespace":
        yield from _of_namespace(known, cell)
        return
    found = [each for each, _ in told(known, cell, MESSAGE)]
    if found:
        since, until = span(found)
        yield Finding(
            says=f"Namespace {known.namespace} is being deleted: nothing new can be created in it",
            since=since,
            until=until,
            subject=namespace_ref(cell, known.namespace),
            hits=(known.uid,),
            evidence=tuple(each.evidence for each in found)[-2:],
        )


def _of_namespace(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    asked = deletion_requested(known)
    if asked is None:
        return
    limit = asked + PATIENCE.of(cell)
    now = known.deleted or cell.time
    stuck = now is not None and now > limit
    if known.exists and not stuck:
        yield Later(limit + timedelta(seconds=1))
    hit = _working(known, cell, asked)
    left = _left(known) if stuck else []
    why = f": {one_line(left[0].message, 240)}" if left else ""
    slow = f" and had not gone by {say_time(limit)}{why}" if stuck else ""
    pods = f", with {_count(hit)} at work in it" if hit else ""
    yield Finding(
        says=f"Namespace {known.name} was deleted at {say_time(asked)}{pods}{slow}",
        since=asked,
        hits=tuple(dict.fromkeys(uid for pod in hit for uid in _with_owners(cell, pod))),
        evidence=(
            Evidence(at=asked, ref=known.ref, says=f"delete asked for at {say_time(asked)}"),
            *(
                Evidence(at=turn.at, ref=known.ref, says=f"{turn.type}: {one_line(turn.message)}")
                for turn in left
            ),
        ),
        severity=None if hit or (stuck and known.exists) else "low",  # an empty one is just tidied up
    )


def _count(pods: list[Known]) -> str:
    return f"{len(pods)} pods" if len(pods) > 1 else f"pod {pods[0].name}"


def _working(known: Known, cell: Cell, asked: datetime) -> list[Known]:
    """The pods that had not ended, nor been told to go, when the delete was asked for."""
    found = []
    for pod in pods_of(cell.used_by(known)):
        ended, told_to_go = ended_at(pod), deletion_requested(pod)
        over = [each for each in (ended, told_to_go) if each is not None and each < asked]
        if not over and (pod.created or pod.first_seen) <= asked:
            found.append(pod)
    return found


def _with_owners(cell: Cell, pod: Known) -> Iterator[str]:
    yield pod.uid
    yield from (owner.uid for owner in cell.owners(pod))


def _left(known: Known) -> list[Turn]:
    """What the namespace says it waits for, most telling first; only what is still so."""
    latest = {turn.type: turn for turn in known.history.turns}
    return [latest[kind] for kind in LEFT if kind in latest and latest[kind].status == "True"]


FAILURE = Failure(
    id="namespace-terminating",
    title="Namespace is being deleted",
    says="Somebody deleted the whole namespace. All that works in it is stopped and removed, and nothing "
    "new can be created. It stays half deleted for as long as something inside does not go.",
    sees="kubectl get namespace shows Terminating; creating anything fails with 'because it is being "
    "terminated'.",
    confirm=(
        "kubectl get namespace NAMESPACE -o yaml shows metadata.deletionTimestamp, and in status.conditions "
        "what is left in it",
    ),
    judges=("*",),
    severity="high",
    role="cause",
    playbook=(
        "Ask who deleted it, and why; start the work again in another namespace",
        "Where it hangs: look at the finalizers of what its conditions name, and at the controller that has "
        "to remove them; do not clear the namespace's own finalizers by force",
        "A failed discovery means an APIService without a server: kubectl get apiservices",
    ),
    leads_to=(
        "controller-cannot-create-pods",
        "pod-deleted-by-user",
        # what was at work in it
        "pod-failed",
        "job-backoff-limit-exceeded",
        "container-killed-by-signal",
        "container-exit-error",
        "workflow-step-pod-deleted",
        "workflow-step-failed",
        "workflow-failed",
        "distributed-worker-lost",
        "training-job-failed",
    ),
    thresholds=(PATIENCE,),
    find=find,
)
