"""kueue-waiting-for-quota: the run is queued, and others use the quota now."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import Severity
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.kueue import cluster_queue, queue_ref, say_holder, say_queue, short, unreserved
from stream_jobs.core.runs.queues import WORKLOAD
from stream_jobs.core.signs.messages import shell_word
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="kueue-waiting-for-quota.patience",
    default=timedelta(seconds=10),
    says="Kueue takes a few seconds to make room for a run by preempting others: no wait worth telling",
)
USUAL = Patience(
    id="kueue-waiting-for-quota.usual",
    default=timedelta(hours=1),
    says="A run that is queued for less is told as a note only: that is what a queue is for",
)
LONG = Patience(
    id="kueue-waiting-for-quota.long",
    default=timedelta(hours=4),
    says="A run that is queued for longer is told with severity medium; set it to what is usual with you",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    wait = unreserved(known, "quota")
    if wait is None:
        return
    now = wait.until or known.deleted or cell.time
    short_of = wait.since + PATIENCE.of(cell)
    if now is None or now < short_of:
        if wait.until is None and known.exists:
            yield Later(short_of)
        return
    span = f"since {say_time(wait.since)}"
    if wait.until is not None:
        span = f"from {say_time(wait.since)} to {say_time(wait.until)}"
    name = cluster_queue(known, cell)
    waits = "waited" if wait.until else "waits"
    yield Finding(
        says=f"{say_holder(known)} {waits} in {say_queue(known, cell)} for quota that others use, {span}: "
        f"{short(wait.message)}",
        since=wait.since,
        until=wait.until,
        occurrence=known.uid,
        subject=queue_ref(known, cell),
        severity=_severity(now - wait.since, cell),
        evidence=(seen(known, wait.since, f"QuotaReserved is False: {short(wait.message, 500)}"),),
        playbook=(
            f"kubectl describe clusterqueue {shell_word(name)} shows how much of the quota is in use"
            if name
            else "kubectl get clusterqueues shows how many Workloads each queue has pending and admitted",
            f"kubectl get workloads -A, column RESERVED IN: those with {name or 'this queue'} hold the quota",
        ),
    )
    following = [mark for each in (USUAL, LONG) if (mark := wait.since + each.of(cell)) > now]
    if wait.until is None and known.exists and following:
        yield Later(min(following))


def _severity(waited: timedelta, cell: Cell) -> Severity:
    if waited < USUAL.of(cell):
        return "info"
    return "low" if waited < LONG.of(cell) else "medium"


FAILURE = Failure(
    id="kueue-waiting-for-quota",
    title="In the queue for quota",
    says="The queue lets a run start only when its quota has room for all of it, and at present other runs "
    "use that quota. This is how a queue is meant to work; the run starts by itself.",
    sees="The job is suspended and has no pods; kubectl get workloads shows nothing under RESERVED IN.",
    confirm=(
        "kubectl -n NAMESPACE get workload WORKLOAD -o yaml: condition QuotaReserved is False, and says "
        "'insufficient unused quota'",
        "kubectl describe clusterqueue QUEUE: the flavor's usage is near its nominal quota",
    ),
    judges=(WORKLOAD,),
    severity="low",
    role="symptom",
    on_purpose=True,
    lasting=True,  # why a run that went well took so long
    playbook=(
        "Wait, or look for admitted runs that nobody needs any more",
        "A higher WorkloadPriorityClass (label kueue.x-k8s.io/priority-class) goes first",
    ),
    # beyond the catalogue: Kueue suspends what it holds back
    leads_to=("job-running-too-long", "job-suspended"),
    thresholds=(PATIENCE, USUAL, LONG),
    find=find,
)
