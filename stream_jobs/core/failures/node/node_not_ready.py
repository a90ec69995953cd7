"""node-not-ready: the kubelet itself says that its machine cannot run pods properly."""

from collections.abc import Iterator
from datetime import timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.nodes import bad_times
from stream_jobs.core.thresholds import Patience

START = Patience(
    id="node-not-ready.start",
    default=timedelta(minutes=2),
    says="A new node may take so long until its network and its container runtime are up",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    yield from bad_times(known, cell, "False", "was not ready", START)


FAILURE = Failure(
    id="node-not-ready",
    title="Node not ready",
    says="The machine answers, but says of itself that it cannot run pods: its container runtime, network, "
    "disk or kubelet is ill.",
    sees="kubectl get nodes shows NotReady; pods of the node are Terminating or show no new state.",
    confirm=(
        "kubectl describe node NODE shows Ready False with reason KubeletNotReady and a message that says "
        "why",
        "kubectl get events -A --field-selector involvedObject.name=NODE shows NodeNotReady",
    ),
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
    thresholds=(START,),
    find=find,
)
