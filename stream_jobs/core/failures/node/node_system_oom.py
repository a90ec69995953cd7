"""node-system-oom: the whole machine ran out of memory, and Linux killed a process of its own choice."""

import re
from collections.abc import Iterator
from datetime import timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.signs.disruption import ran_on
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.nodes import node_events, shown

# "Memory cgroup out of memory" is the limit of one container. Older kernels say only "Killed process …".
WHOLE = re.compile(r"(?i)system oom|(?<!cgroup )out of memory")
ONE_CONTAINER = re.compile(r"(?i)memory cgroup|memcg|oom_memcg|CONSTRAINT_MEMCG")
VICTIM = re.compile(r"victim process: ([^,]*), pid: (\d+)|Killed process \d+,? \(?([^),\s]+)")
SLACK = timedelta(minutes=1)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    told = [
        each
        for each in node_events(known, cell, "SystemOOM", "OOMKilling")
        if not ONE_CONTAINER.search(each.message)
    ]
    clear = [each for each in told if each.reason == "SystemOOM" or WHOLE.search(each.message)]
    unclear = [each for each in told if each not in clear and not _of_a_container(known, cell, each)]
    if not (clear or unclear):
        return
    some = clear or unclear
    names = list(dict.fromkeys(name for each in some if (name := _victim(each))))
    killed = f"Linux killed {', '.join(names[:4])}" if names else "Linux killed a process"
    yield Finding(
        says=f"Node {known.name} ran out of memory as a whole, and {killed}",
        since=min(each.first for each in some),
        until=max(each.last for each in some),
        evidence=shown(known, some),
        confidence=1.0 if clear else 0.5,
    )


def _victim(event: Sighting) -> str:
    found = VICTIM.search(event.message)
    return one_line(found[1] or found[3] or "", 60) if found else ""


def _of_a_container(known: Known, cell: Cell, event: Sighting) -> bool:
    """Whether a container of the node was killed for its own limit just then."""
    return any(
        each.reason == "OOMKilled"
        and each.ended is not None
        and event.first - SLACK <= each.ended <= event.last + SLACK
        for pod in ran_on(cell, known)
        for each in pod.history.exits
    )


FAILURE = Failure(
    id="node-system-oom",
    title="Machine out of memory",
    says="The machine as a whole had no memory left before Kubernetes could act, so Linux killed some "
    "process, which need not be the one that took the memory.",
    sees="A container ends with 137 or OOMKilled although it is below its limit, or the node goes NotReady.",
    confirm=(
        "kubectl get events -A --field-selector involvedObject.name=NODE,reason=SystemOOM shows: System OOM "
        "encountered, victim process …, pid …",
        "On the machine: journalctl -k | grep -i 'out of memory'",
    ),
    judges=("Node",),
    severity="high",
    role="cause",
    playbook=(
        "Match the victim's name with the programs of the pods on that node",
        "Set memory limits so that all pods of a node together fit on it",
    ),
    leads_to=(
        "container-oom-killed",
        "container-exit-error",
        "container-killed-by-signal",
        "distributed-worker-lost",
        "node-not-ready",
        "node-unreachable",
    ),
    find=find,
)
