"""gpu-container-runtime-error: the node's GPU driver or container runtime does not fit the pod."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import on_node, pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.complaints import Complaint
from stream_jobs.core.signs.creations import refused
from stream_jobs.core.signs.ends import ends
from stream_jobs.core.signs.lives import Fault
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.starts import troubles

NO_CLASS = re.compile(r'RuntimeClass "([^"]*)" not found')


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key != "Pod":
        yield from _no_class(known, cell)
        return
    told = set()
    for fault in ends(known, cell, "gpu runtime"):
        if isinstance(fault, Later):
            yield fault
        else:
            told.add(fault.container)
            yield _ended(known, fault)
    for each in troubles(known, cell, "gpu runtime"):
        if each.container not in told:
            yield _waits(known, each)


def _ended(known: Known, fault: Fault) -> Finding:
    last = fault.last
    return Finding(
        says=_says(known, fault.container, last.message),
        since=fault.since,
        until=fault.until,
        occurrence=fault.container,
        about=_node(known),
        evidence=(
            seen(known, last.ended, f"container {fault.container}: {last.reason}: {one_line(last.message)}"),
        ),
    )


def _waits(known: Known, complaint: Complaint) -> Finding:
    who = f"container {complaint.container}: " if complaint.container else f"pod {known.name}: "
    return Finding(
        says=_says(known, complaint.container, complaint.text),
        since=complaint.since,
        until=complaint.until,
        occurrence=complaint.container,
        about=_node(known),
        evidence=(seen(known, complaint.since, who + one_line(complaint.text)),),
    )


def _says(known: Known, name: str, text: str) -> str:
    what = f"Container {name} of pod {known.name}" if name else f"Pod {known.name}"
    last = one_line(text).rpartition("nvidia-container-cli: ")[2][-200:]
    return f"{what} could not be started with GPUs{on_node(known)}: {last}"


def _node(known: Known) -> tuple[str, ...]:
    node = pod_view(known).spec.nodeName
    return (target("Node", "", node),) if node else ()


def _no_class(known: Known, cell: Cell) -> Iterator[Finding]:
    """No pod is made at all: the runtime that it asks for by name is not known to the cluster."""
    for each in refused(known, cell):
        if (told := NO_CLASS.search(each.inner)) is not None:
            does = "does" if each.until is None else "did"
            yield Finding(
                says=f"{known.kind} {known.name} asks for container runtime {one_line(told[1], 100)}, which "
                f"the cluster {does} not have (no RuntimeClass of that name)",
                since=each.since,
                until=each.until,
                severity="high",
                evidence=(each.evidence,),
                playbook=("kubectl get runtimeclass",),
            )


FAILURE = Failure(
    id="gpu-container-runtime-error",
    title="GPU set-up of the machine is broken",
    says="The GPU driver or the container runtime of the machine does not fit what the pod asks for. No "
    "container with GPUs can start there; others may run well.",
    sees="RunContainerError, CreateContainerError or ContainerCreating on one machine, with words of "
    "NVIDIA's runtime.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows nvidia-container-cli, CDI devices or no runtime for",
        "kubectl get pods -A -o wide --field-selector spec.nodeName=NODE: all pods with GPUs fail there, "
        "those without run",
        "nvidia-smi on the machine says Driver/library version mismatch",
    ),
    judges=("*",),  # pods, and whatever was refused its pods
    severity="critical",
    role="cause",
    playbook=(
        "Take the machine out of use (kubectl cordon NODE) and run the job elsewhere",
        "Administrator: finish the driver upgrade or restart the machine, and look at the GPU operator's "
        "pods on it",
        "Where no runtime is configured, install NVIDIA's container toolkit on the machine, or correct "
        "runtimeClassName",
    ),
    leads_to=(
        "container-crash-loop",
        "init-container-failed",
        "pod-failed",
        "pod-sandbox-failed",
        "pod-stuck-container-creating",
        "pod-not-ready",
        "controller-cannot-create-pods",
        "job-backoff-limit-exceeded",
        "workflow-step-failed",
        "training-job-failed",
        "distributed-worker-lost",
    ),
    find=find,
)
