"""container-wrong-architecture: the image was built for another kind of processor than the node's."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import image_of, on_node, pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.complaints import Complaint
from stream_jobs.core.signs.ends import ends
from stream_jobs.core.signs.lives import Fault
from stream_jobs.core.signs.messages import one_line, times
from stream_jobs.core.signs.pulls import pulls
from stream_jobs.core.signs.starts import troubles

ARCH = "kubernetes.io/arch"


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    told = set()
    for fault in ends(known, cell, "architecture"):
        if isinstance(fault, Later):
            yield fault
        else:
            told.add(fault.container)
            yield _ended(known, cell, fault)
    for each in (*troubles(known, cell, "architecture"), *pulls(known, cell, "platform")):
        if each.container not in told:
            told.add(each.container)
            yield _waits(known, cell, each)


def _ended(known: Known, cell: Cell, fault: Fault) -> Finding:
    last = fault.last
    return Finding(
        says=_says(known, cell, fault.container) + times(len(fault.exits)),
        since=fault.since,
        until=fault.until,
        occurrence=fault.container,
        about=_node(known),
        evidence=(
            seen(known, last.ended, f"container {fault.container}: {last.reason}: {one_line(last.message)}"),
        ),
    )


def _waits(known: Known, cell: Cell, complaint: Complaint) -> Finding:
    name = complaint.container
    return Finding(
        says=_says(known, cell, name),
        since=complaint.since,
        until=complaint.until,
        occurrence=name,
        about=_node(known),
        evidence=(seen(known, complaint.since, f"container {name}: {one_line(complaint.text)}"),),
    )


def _says(known: Known, cell: Cell, name: str) -> str:
    node = cell.node(known)
    kind = f" ({node.labels[ARCH]})" if node is not None and ARCH in node.labels else ""
    return (
        f"Image {image_of(known, name)} of container {name} in pod {known.name} does not fit the processor"
        f"{on_node(known)}{kind}"
    )


def _node(known: Known) -> tuple[str, ...]:
    node = pod_view(known).spec.nodeName
    return (target("Node", "", node),) if node else ()


FAILURE = Failure(
    id="container-wrong-architecture",
    title="Built for another processor",
    says="The image, or the program in it, was built for another kind of processor than the machine has: for "
    "example on an Apple or ARM machine for ARM, and it landed on amd64.",
    sees="CrashLoopBackOff or Error at once after the start; the log is one line: exec format error.",
    confirm=(
        "kubectl -n NAMESPACE logs POD -c CONTAINER --previous shows exec format error",
        "kubectl get node NODE -L kubernetes.io/arch shows the machine's kind; docker manifest inspect IMAGE "
        "shows those of the image",
        "If it happens on every kind of machine, look at the script's first line: a broken #! gives the same "
        "words",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Build for the cluster's processor, or for several: docker buildx build --platform "
        "linux/amd64,linux/arm64",
        "Or keep the pod on fitting machines: nodeSelector kubernetes.io/arch: amd64",
    ),
    leads_to=(
        "container-crash-loop",
        "init-container-failed",
        "image-pull-failed",
        "pod-failed",
        "job-backoff-limit-exceeded",
        "workflow-step-failed",
        "training-job-failed",
    ),
    find=find,
)
