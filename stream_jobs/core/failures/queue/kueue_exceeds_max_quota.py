"""kueue-exceeds-max-quota: the run asks for more than its queue can ever give."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import quantity, say_amount
from stream_jobs.core.runs.kueue import queue_ref, say_holder, say_queue, short, unreserved
from stream_jobs.core.runs.queues import WORKLOAD

NUMBERS = re.compile(
    r"insufficient quota for (?P<resource>\S+) in flavor (?P<flavor>[^\s,]+), previously considered podsets "
    r"requests \((?P<before>[^)]*)\) \+ current podset request \((?P<asked>[^)]*)\) > maximum capacity "
    r"\((?P<most>[^)]*)\)"
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    wait = unreserved(known, "never")
    if wait is None:
        return
    yield Finding(
        says=f"{say_holder(known)} can never start in {say_queue(known, cell)}: {_why(wait.message)}",
        since=wait.since,
        until=wait.until,
        occurrence=known.uid,
        subject=queue_ref(known, cell),
        evidence=(seen(known, wait.since, f"QuotaReserved is False: {short(wait.message, 500)}"),),
    )


def _why(message: str) -> str:
    """The numbers where Kueue gives them, else its words."""
    told = NUMBERS.search(message)
    if told is None:
        return short(message)
    asked = quantity(told["asked"]) + quantity(told["before"])
    return (
        f"it asks for {say_amount(told['resource'], asked)} of flavor {told['flavor']}, and the queue has "
        f"{say_amount(told['resource'], quantity(told['most']))} at most"
    )


FAILURE = Failure(
    id="kueue-exceeds-max-quota",
    title="More than the queue ever has",
    says="What the run asks for is more than the whole quota of its queue, borrowing included, or no kind of "
    "machine of the queue suits its pods. Waiting does not help: it will never start as it is.",
    sees="The job stays suspended and has no pods, also when the queue is empty.",
    confirm=(
        "kubectl -n NAMESPACE get workload WORKLOAD -o yaml: condition QuotaReserved is False with reason "
        "ExceedsMaxQuota or NoMatchingFlavor, or a message of 'insufficient quota' without the word 'unused'",
        "kubectl get clusterqueue QUEUE -o yaml: nominalQuota and borrowingLimit of the flavor",
    ),
    judges=(WORKLOAD,),
    severity="high",
    role="cause",
    playbook=(
        "Ask for less: fewer workers, or smaller ones",
        "Use a queue that has more, or have the quota of this one raised",
        "Where no flavor fits, compare the pods' nodeSelector and tolerations with the ResourceFlavors",
    ),
    leads_to=("workflow-no-progress", "job-suspended"),  # Kueue suspends what it holds back
    find=find,
)
