"""gpu-allocation-rejected: the node offers a GPU that it cannot hand out."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.rejections import failed_alike, is_gpu_rejection


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for alike in failed_alike(known, cell):
        pods = [each for each in alike.pods if is_gpu_rejection(each)]
        if not pods:
            continue
        more = f", and {len(pods) - 1} more of {known.kind} {known.name}" if len(pods) > 1 else ""
        yield Finding(
            says=f"Node {alike.node or '(none)'} could not give pod {pods[0].name}{more} the GPU that it "
            f"offers: {alike.text}",
            since=alike.since,
            subject=pods[0].ref,
            hits=tuple(each.uid for each in pods),
            about=(target("Node", "", alike.node),),
            evidence=tuple(
                seen(each, alike.since, f"{alike.reason}: {pod_view(each).status.message or ''}")
                for each in pods[:1]
            ),
            playbook=(f"kubectl cordon {alike.node}",) if alike.node else (),
        )


FAILURE = Failure(
    id="gpu-allocation-rejected",
    title="Machine's GPU cannot be used",
    says="The machine says that it has a free GPU, but the GPU is broken or its driver lost it, so every pod "
    "that is sent there fails at once. The scheduler does not know, and sends the next one.",
    sees="kubectl get pods shows UnexpectedAdmissionError; the message says 'Allocate failed due to no "
    "healthy devices present'.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.reason}: {.status.message}'",
        "kubectl get node NODE -o jsonpath='{.status.allocatable}' may offer fewer GPUs than the machine has",
        "nvidia-smi on the machine shows the GPU as lost, or Xid errors in its kernel log",
    ),
    judges=("*",),  # the owner is judged for its pods, so that they are one finding
    severity="critical",
    role="cause",
    playbook=(
        "Cordon the machine at once, so that no more pods are sent there",
        "Reset or replace the GPU; restart the device plugin, or the machine",
        "Delete the pile of failed pods",
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
