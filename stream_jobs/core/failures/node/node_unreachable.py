"""node-unreachable: the control plane lost contact with a machine, which may well go on working."""

from collections.abc import Iterator
from datetime import timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.nodes import bad_times
from stream_jobs.core.thresholds import Patience

START = Patience(
    id="node-unreachable.start",
    default=timedelta(minutes=2),
    says="A new node may take so long until its network and its container runtime are up",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    yield from bad_times(known, cell, "Unknown", "lost contact with the control plane", START)


FAILURE = Failure(
    id="node-unreachable",
    title="No contact with the node",
    says="The control plane heard nothing more from this machine. Programs may still run there, but nobody "
    "can see or stop them.",
    sees="kubectl get nodes shows NotReady, and kubectl logs or exec into its pods answers nothing; after "
    "five minutes its pods are Terminating.",
    confirm=(
        "kubectl describe node NODE shows Ready Unknown: Kubelet stopped posting node status",
        "kubectl -n kube-node-lease get lease NODE -o jsonpath='{.spec.renewTime}' lies more than 50 s back",
    ),
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
        "pod-phase-unknown",
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
    thresholds=(START,),
    find=find,
)
