"""evicted-node-memory: the pod's node ran out of memory, and the kubelet chose this pod to go."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.references import target
from stream_jobs.core.signs.evictions import EFFECTS, biggest_use, evicted, from_node, say_use, short_of


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    found = evicted(known, cell)
    if found is None or short_of(found.text) != "memory":
        return
    use = say_use(biggest_use(found.text))
    yield Finding(
        says=f"Pod {known.name} was removed{from_node(known)} because the machine had run out of memory{use}",
        since=found.at,
        evidence=(found.evidence,),
        about=(target("Node", "", pod_view(known).spec.nodeName or ""),),
    )


FAILURE = Failure(
    id="evicted-node-memory",
    title="Evicted: machine out of memory",
    says="The machine ran short of memory, and of all its pods this one used most beyond what it had asked "
    "for, so it had to go. Its own limit was not the reason; neighbours may have used the memory up.",
    sees="kubectl get pods shows Evicted; the pod's status.message says 'low on resource: memory'.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.reason}: {.status.message}'",
        "kubectl describe node NODE shows MemoryPressure, and events EvictionThresholdMet",
    ),
    judges=("Pod",),
    severity="critical",
    role="symptom",
    playbook=(
        "Set the memory request to what the program really needs; with request = limit it goes last",
        "Look for the neighbour that used most: kubectl top pods, or the other pods' eviction messages",
    ),
    leads_to=EFFECTS,
    find=find,
)
