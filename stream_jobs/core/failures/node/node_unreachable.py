"""node-unreachable: the control plane lost contact with a machine, which may well go on working."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.nodes import bad_times


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    yield from bad_times(known, cell, "Unknown", "lost contact with the control plane")


FAILURE = Failure(
    id="node-unreachable",
    title="No contact with the node",
    says="The control plane heard nothing more from this machine. Programs may still run there, but nobody "
    "can see or stop them.",
    judges=("Node",),
    severity="critical",
    role="cause",
    lasting=True,
    playbook=(
        "Look at the machine itself: switched off, reclaimed by the cloud, cut off from the network?",
        "After five minutes its pods are marked for deletion, and stay Terminating until the machine answers",
        "Only when it is surely off, tell Kubernetes so: kubectl taint node NODE "
        "node.kubernetes.io/out-of-service=nodeshutdown:NoExecute",
        "Many nodes at the same time: look at the network and the control plane instead",
    ),
    leads_to=(
        "taint-evicted",
        "pod-stuck-terminating",
        "node-lost-containers-may-run",
        "workflow-no-progress",
        "distributed-worker-lost",
        "volume-multi-attach",
        "untolerated-taint",  # the node gets the taint node.kubernetes.io/unreachable
        "pod-unschedulable",
        "duplicate-data-processors",
    ),
    find=find,
)
