"""container-create-error: the node's container runtime could not make the container."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import on_node, pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.starts import unmade

NO_COMMAND = re.compile(r"no command specified")
BUSY = re.compile(r"failed to reserve container name|context deadline exceeded|DeadlineExceeded")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    node = pod_view(known).spec.nodeName
    for each in unmade(known, cell):
        own = bool(NO_COMMAND.search(each.text))
        yield Finding(
            says=f"Container {each.container} of pod {known.name} could not be made{on_node(known)}: "
            f"{one_line(each.text, 200)}",
            since=each.since,
            until=each.until,
            occurrence=each.container,
            about=(target("Node", "", node),) if node and not own else (),
            evidence=(seen(known, each.since, f"container {each.container}: {one_line(each.text)}"),),
            playbook=_first(each.text),
        )


def _first(text: str) -> tuple[str, ...]:
    if NO_COMMAND.search(text):
        return ("The image names no program to run: give the container a command",)
    if BUSY.search(text):
        return ("The machine is too busy or its disk too slow: see how its other pods start",)
    return ()


FAILURE = Failure(
    id="container-create-error",
    title="Container could not be made",
    says="The image is on the machine, but its container runtime could not make a container from it, mostly "
    "because the machine is overloaded or its disk slow. Then it often passes by itself.",
    sees="kubectl get pods shows CreateContainerError.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Failed: Error: followed by the runtime's words",
        "kubectl get pods -A -o wide --field-selector spec.nodeName=NODE shows whether others hang there, "
        "too",
    ),
    judges=("Pod",),
    severity="high",
    role="either",
    playbook=(
        "If several pods of that machine are hit, take it out of use: kubectl cordon NODE, then drain it",
        "If only this pod is hit, look at its image and its command",
    ),
    leads_to=("pod-stuck-container-creating", "pod-not-ready", "workflow-step-stuck-pending"),
    find=find,
)
