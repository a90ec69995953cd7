"""kueue-workload-deactivated: the queue, or somebody, gave the run up; it does not start again by itself."""

from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, seen
from stream_jobs.core.runs.kueue import evicted_for, finished_at, queued_view, say_holder, say_queue
from stream_jobs.core.runs.queues import WORKLOAD
from stream_jobs.core.signs.messages import one_line, shell_word

# Reasons of evictions in the older and the newer words; the part after DeactivatedDueTo says why.
DEACTIVATED = ("Deactivated", "InactiveWorkload", "RequeuingLimitExceeded", "MaximumExecutionTimeExceeded")
WHY = {
    "RequeuingLimitExceeded": "it was sent back too often",
    "MaximumExecutionTimeExceeded": "it ran for longer than its maximumExecutionTimeSeconds",
    "AdmissionCheck": "an admission check rejected it",
}
RUN = "spec.active"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    evictions = evicted_for(known, DEACTIVATED)
    active = queued_view(known).spec.active
    if active and not evictions:
        return
    over = finished_at(known)
    since = evictions[-1].since if evictions else _switched(known)
    if over is not None and not evictions:
        return
    reason = evictions[-1].reason if evictions else ""
    message = evictions[-1].message if evictions else ""
    by = next((f" by {each.manager}" for each in known.edits if each.path == RUN and each.manager), "")
    yield Finding(
        says=f"{say_holder(known)} was given up in {say_queue(known, cell)}: "
        f"{_why(known, reason, message, by)}",
        since=since,
        until=_revived(known) if active else over,
        evidence=(
            seen(
                known, since, f"Evicted: {reason}: {one_line(message)}" if reason else "spec.active is false"
            ),
        ),
        playbook=(
            f"kubectl -n {shell_word(known.namespace)} patch workload {shell_word(known.name)} --type merge "
            '-p \'{"spec":{"active":true}}\' queues it again',
        ),
    )


def _why(known: Known, reason: str, message: str, by: str) -> str:
    cause = next((words for kind, words in WHY.items() if kind in reason), "")
    if not cause and "maximum execution time" in message:
        cause = WHY["MaximumExecutionTimeExceeded"]
    return cause or f"its Workload {known.name} was deactivated{by}"


def _switched(known: Known) -> datetime | None:
    """When spec.active was set to false, as far as that was seen."""
    return next((each.before for each in reversed(known.edits) if each.path == RUN), known.created)


def _revived(known: Known) -> datetime | None:
    """When it was switched on again; then it queues like any other."""
    found = is_true(known, "Requeued") or is_true(known, "QuotaReserved")
    edited = next((each.before for each in reversed(known.edits) if each.path == RUN), None)
    return edited or (found.lastTransitionTime if found is not None else None) or known.seen


FAILURE = Failure(
    id="kueue-workload-deactivated",
    title="Given up by the queue",
    says="The queue does not try this run any more: it was sent back too often, ran for too long, was "
    "refused by a check, or somebody switched it off. It does not start again by itself.",
    sees="The job stays suspended and has no pods; spec.active of its Workload is false.",
    confirm=(
        "kubectl -n NAMESPACE get workload WORKLOAD -o jsonpath='{.spec.active}' prints false",
        "kubectl -n NAMESPACE get workload WORKLOAD -o yaml: the reason of condition Evicted begins with "
        "Deactivated",
    ),
    judges=(WORKLOAD,),
    severity="high",
    role="symptom",
    playbook=("Mend the reason first, then set spec.active of the Workload to true, or start the run anew",),
    leads_to=("workflow-no-progress", "job-suspended"),  # Kueue suspends what it holds back
    find=find,
)
