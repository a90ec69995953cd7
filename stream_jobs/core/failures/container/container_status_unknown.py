"""container-status-unknown: the node lost track of the container; the exit code is a placeholder."""

from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Exit, Known, deletion_requested
from stream_jobs.core.pods import on_node, pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line

# The kubelet's word, with a placeholder of 137; and containerd's for what a restart of the machine killed:
# https://github.com/containerd/containerd, internal/cri/server (unknownExitCode 255, "Unknown").
UNKNOWN = {"ContainerStatusUnknown": None, "Unknown": 255}
TOLD = ("DisruptionTarget", "Ready", "ContainersReady")  # conditions that turn when the container is lost


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    node = pod_view(known).spec.nodeName
    for each in known.history.exits:
        if not _is_unknown(each) or each.role == "ephemeral":
            continue
        since = each.ended or _lost_at(known) or each.seen
        yield Finding(
            says=f"How container {each.container} of pod {known.name} ended is unknown: its machine lost "
            f"track of it{on_node(known)}",
            since=since,
            occurrence=f"{each.container}/{each.restart}",
            about=(target("Node", "", node),) if node else (),
            # what was told to go is not waited for: nobody needs to know how it ended
            severity="info" if deletion_requested(known) is not None else None,
            evidence=(seen(known, since, _told(each)),),
        )


def _is_unknown(ended: Exit) -> bool:
    return ended.reason in UNKNOWN and UNKNOWN[ended.reason] in (None, ended.code)


def _lost_at(known: Known) -> datetime | None:
    """When the pod's conditions told it: the container's own times are empty."""
    turns = [
        each.at
        for each in known.history.turns
        if each.type in TOLD and each.status == ("True" if each.type == "DisruptionTarget" else "False")
    ]
    return max(turns, default=None)


def _told(ended: Exit) -> str:
    return f"container {ended.container}: {ended.reason}, exit code {ended.code}: {one_line(ended.message)}"


FAILURE = Failure(
    id="container-status-unknown",
    title="End unknown",
    says="The machine restarted, or removed the pod, and could not find the container afterwards. Nobody "
    "knows how it ended: exit code 137 is only filled in, and is no sign of too little memory.",
    sees="kubectl get pods shows ContainerStatusUnknown, or Error with exit code 137.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o yaml shows reason: ContainerStatusUnknown without times, and "
        "The container could not be located",
        "kubectl get events -A --field-selector involvedObject.name=NODE shows whether the node restarted or "
        "was under pressure then",
    ),
    judges=("Pod",),
    severity="medium",
    role="symptom",
    playbook=(
        "Read the pod's own status reason, often Evicted, and the node's events of that time",
        "Take the results of this try as unknown, and run the step again",
    ),
    leads_to=(
        "pod-failed",
        "job-backoff-limit-exceeded",
        "job-pod-failure-policy",
        "workflow-step-failed",
        "distributed-worker-lost",
    ),
    find=find,
)
