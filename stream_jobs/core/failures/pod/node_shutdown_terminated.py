"""node-shutdown-terminated: the pod's node was switched off in an orderly way."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.disruption import disrupted
from stream_jobs.core.signs.evictions import EFFECTS
from stream_jobs.core.signs.messages import one_line

# https://github.com/kubernetes/kubernetes, pkg/kubelet/nodeshutdown; the last two before 1.22 and 1.24
REASONS = frozenset({"Terminated", "NodeShutdown", "Shutdown"})
MESSAGE = re.compile(
    r"(?i)imminent node shutdown|node is shutting|shutting down, not admitting|evicting pods"
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    status = pod_view(known).status
    turn = disrupted(known, "TerminationByKubelet")
    by_status = status.reason in REASONS and (
        status.reason != "Terminated" or MESSAGE.search(status.message or "") is not None
    )
    if not by_status and (turn is None or not MESSAGE.search(turn.message)):
        return
    text = one_line(status.message or (turn.message if turn is not None else ""))
    since = turn.at if turn is not None else ended_at(known)
    node = pod_view(known).spec.nodeName or ""
    refused = "rejected" in text or "not admitting" in text
    did = "was not taken by" if refused else "was stopped by"
    yield Finding(
        says=f"Pod {known.name} {did} node {node or '(none)'}, which was being switched off",
        since=since,
        evidence=(seen(known, since, f"{status.reason or 'DisruptionTarget'}: {text}"),),
        about=(target("Node", "", node),) if node else (),
    )


FAILURE = Failure(
    id="node-shutdown-terminated",
    title="Machine switched off",
    says="The machine was shut down in an orderly way, as a spot machine that is taken back or for "
    "maintenance, and its kubelet stopped the pods first. An exit code of 137 or 143 is no memory problem.",
    sees="kubectl get pods shows Terminated, NodeShutdown or Shutdown; the message speaks of an imminent "
    "node shutdown.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.reason}: {.status.message}'",
        "kubectl get events -A --field-selector involvedObject.kind=Node shows Shutdown, or an interruption",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Look at the node's events for a spot interruption, or a maintenance notice of the cloud",
        "Write checkpoints often enough for the notice (30 s to 2 min), and let the step be tried again",
    ),
    leads_to=EFFECTS,
    find=find,
)
