"""node-not-ready: the kubelet itself says that its machine cannot run pods properly."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.nodes import bad_times


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    yield from bad_times(known, cell, "False", "was not ready")


FAILURE = Failure(
    id="node-not-ready",
    title="Node not ready",
    says="The machine answers, but says of itself that it cannot run pods: its container runtime, network, "
    "disk or kubelet is ill.",
    judges=("Node",),
    severity="critical",
    role="cause",
    lasting=True,
    playbook=(
        "Read the condition's message: kubectl describe node, and the kubelet's log on the machine",
        "Restart the container runtime or kubelet, or replace the machine; run the affected steps elsewhere",
    ),
    leads_to=(
        "taint-evicted",
        "pod-not-ready",
        "workflow-step-pod-deleted",
        "distributed-worker-lost",
        "untolerated-taint",
        "pod-unschedulable",
        "pod-stuck-terminating",
    ),
    find=find,
)
