"""kueue-topology-no-fit: there is quota, but not enough machines that lie close together."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.runs.kueue import TOPOLOGY, queue_ref, say_holder, say_queue, short, unreserved
from stream_jobs.core.runs.queues import WORKLOAD


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    wait = unreserved(known, "topology")
    if wait is None:
        return
    told = TOPOLOGY.search(wait.message)
    why = short(wait.message)
    if told is not None:
        fits = told["fits"] or "none"
        why = f"topology {told['name']} has room close together for {fits} of {told['wanted']} pods"
    yield Finding(
        says=f"{say_holder(known)} {'waited' if wait.until else 'waits'} in {say_queue(known, cell)}: {why}",
        since=wait.since,
        until=wait.until,
        occurrence=known.uid,
        subject=queue_ref(known, cell),
        evidence=(seen(known, wait.since, f"QuotaReserved is False: {short(wait.message, 500)}"),),
    )


FAILURE = Failure(
    id="kueue-topology-no-fit",
    title="No room close together",
    says="The pods of the run must lie close together, as in one rack or block, and there is no such place "
    "with enough free machines, though there is quota.",
    sees="The job is suspended and has no pods, while the queue still has quota.",
    confirm=(
        "kubectl -n NAMESPACE get workload WORKLOAD -o yaml: condition QuotaReserved is False, and its "
        "message names a topology and how many pods fit",
        "kubectl get nodes -L LABEL, with the topology's label, shows which machines lie together",
    ),
    judges=(WORKLOAD,),
    severity="medium",
    role="cause",
    playbook=(
        "Ask for fewer or smaller pods",
        "Ask for closeness only where it is possible: annotation kueue.x-k8s.io/podset-preferred-topology in "
        "place of podset-required-topology",
    ),
    leads_to=("job-running-too-long", "job-suspended"),  # Kueue suspends what it holds back
    find=find,
)
