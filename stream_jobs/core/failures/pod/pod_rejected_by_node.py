"""pod-rejected-by-node: the node that was chosen would not take the pod."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.rejections import failed_alike, is_gpu_rejection, is_rejected


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for alike in failed_alike(known, cell):
        if not is_rejected(alike.first) or is_gpu_rejection(alike.first):
            continue
        more = len(alike.pods) - 1
        others = f", and {more} more of {known.kind} {known.name}" if more else ""
        yield Finding(
            says=f"Node {alike.node or '(none)'} refused pod {alike.first.name}{others}: {alike.text}",
            since=alike.since,
            subject=alike.first.ref,
            hits=tuple(each.uid for each in alike.pods),
            about=(target("Node", "", alike.node),),
            evidence=tuple(
                seen(each, alike.since, f"{alike.reason}: {pod_view(each).status.message or ''}".rstrip(": "))
                for each in alike.pods[:1]
            ),
        )


FAILURE = Failure(
    id="pod-rejected-by-node",
    title="Refused by its machine",
    says="The scheduler had chosen the machine, and its kubelet did not take the pod: the room was taken "
    "meanwhile, its labels do not fit, or it has just restarted. The program never ran; there are no logs.",
    sees="kubectl get pods shows OutOfcpu, OutOfmemory, NodeAffinity, UnexpectedAdmissionError or "
    "TopologyAffinityError as status of a failed pod.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.reason}: {.status.message}'",
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.nodeName} {.spec.schedulerName}'",
    ),
    judges=("*",),  # the owner is judged for its pods, so that they are one finding
    severity="medium",
    role="cause",
    playbook=(
        "Mostly the controller makes another pod: see that it did, and that it runs",
        "If it goes on: spec.nodeName was set by hand, past the scheduler, or the node's kubelet has wrong "
        "numbers and needs a restart",
        "TopologyAffinityError: ask for fewer cores or GPUs, or another topology manager policy",
    ),
    leads_to=(
        "pod-failed",
        "job-backoff-limit-exceeded",
        "job-pod-failure-policy",
        "failed-pod-storm",
        "workflow-step-failed",
        "distributed-worker-lost",
        "deployment-replicas-unavailable",
    ),
    find=find,
)
