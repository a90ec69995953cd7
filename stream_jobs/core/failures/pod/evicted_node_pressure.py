"""evicted-node-pressure: the node was short of something else, or did not say of what."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.failures.pod.evicted_node_disk import RESOURCES
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, started_at
from stream_jobs.core.references import target
from stream_jobs.core.signs.evictions import CONDITION, EFFECTS, REJECTED, evicted, short_of


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    found = evicted(known, cell)
    if found is None or short_of(found.text) in {"memory", *RESOURCES}:
        return
    name = pod_view(known).spec.nodeName or ""
    refused = REJECTED.search(found.text) is not None or (
        CONDITION.search(found.text) is not None and started_at(known) is None
    )
    did = "was not taken by" if refused else "was removed from"
    yield Finding(
        says=f"Pod {known.name} {did} node {name or '(none)'}, which was short of {_what(found.text)}",
        since=found.at,
        evidence=(found.evidence,),
        about=(target("Node", "", name),),
    )


def _what(text: str) -> str:
    conditions = CONDITION.search(text)
    if conditions is not None:
        return f"something ({conditions['conditions']})"
    return {"": "something that it did not name", "pids": "process numbers"}.get(
        short_of(text), short_of(text)
    )


FAILURE = Failure(
    id="evicted-node-pressure",
    title="Evicted: machine under pressure",
    says="The machine was short of something, and removed the pod, or did not take it in the first place.",
    sees="kubectl get pods shows Evicted; the pod's message names a condition (DiskPressure, PIDPressure), "
    "or nothing.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.reason}: {.status.message}'",
        "kubectl describe node NODE shows which of its conditions is True",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Look at the node's condition of that name, and free what it is short of",
        "Process numbers: look for a program that starts threads or processes without end",
    ),
    leads_to=EFFECTS,
    find=find,
)
