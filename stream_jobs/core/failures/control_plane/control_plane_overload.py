"""control-plane-overload: one owner left so many pods that Kubernetes itself becomes slow."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, pods_of, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.messages import shell_word
from stream_jobs.core.thresholds import Level

PODS = Level(
    id="control-plane-overload.pods",
    default=5000,
    says="So many ended pods of one owner make lists and watches slow (the garbage collector waits for "
    "12,500)",
)
STEP = 1000  # the count is told in thousands, so that not every pod changes the sentence


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    limit = PODS.of(cell)
    if len(cell.users.get(known.uid, ())) < limit:
        return
    ended = [
        each
        for each in pods_of(cell.owned(known, "Pod"))
        if each.exists and pod_view(each).status.phase in ("Failed", "Succeeded")
    ]
    if len(ended) < limit:
        return
    since = ended[int(limit) - 1].created
    failed = sum(pod_view(each).status.phase == "Failed" for each in ended) * 2 > len(ended)
    word = "failed" if failed else "ended"
    yield Finding(
        says=f"{known.kind} {known.name} has left more than {len(ended) // STEP * STEP} {word} pods in the "
        f"cluster; the limit of {limit:.0f} was passed at {say_time(since)}",
        since=since,
        evidence=(seen(known, since, f"more than {len(ended) // STEP * STEP} {word} pods that still exist"),),
        playbook=(
            f"kubectl -n {shell_word(known.namespace)} delete pods --field-selector=status.phase=Failed "
            "clears them up",
        ),
    )


FAILURE = Failure(
    id="control-plane-overload",
    title="Too many objects",
    says="So many objects exist that whoever lists them, and Kubernetes itself, becomes slow.",
    sees="kubectl get pods takes long; clients are told 429 Too Many Requests or that a watch is too old.",
    confirm=(
        "kubectl get pods -A --field-selector=status.phase=Failed --no-headers | wc -l counts failed pods",
        "kubectl get --raw /metrics | grep apiserver_storage_objects shows what there is most of",
    ),
    judges=("ReplicaSet.apps", "Job.batch", "StatefulSet.apps", "DaemonSet.apps"),
    severity="high",
    role="symptom",
    playbook=(
        "Stop what makes them: scale its owner to 0, or suspend it",
        "Set ttlSecondsAfterFinished on Jobs, and podGC on Workflows",
    ),
    leads_to=("control-plane-component-unhealthy",),
    thresholds=(PODS,),
    find=find,
)
