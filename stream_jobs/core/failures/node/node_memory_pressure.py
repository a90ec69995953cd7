"""node-memory-pressure: the machine is nearly out of memory, so the kubelet removes pods."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.signs.nodes import complaints, conditions_true, ill, outside

CONDITION = re.compile("MemoryPressure")
EVENTS = {"NodeHasInsufficientMemory": "", "EvictionThresholdMet": r"(?i)reclaim memory|memory\.available"}


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    shown = list(conditions_true(known, CONDITION))
    for each in (*shown, *outside(shown, complaints(known, cell, EVENTS))):
        is_short = "is" if each.until is None else "was"
        yield ill(
            known, each, f"{is_short} nearly out of memory, so the kubelet removes pods and takes no more"
        )


FAILURE = Failure(
    id="node-memory-pressure",
    title="Node short of memory",
    says="So little memory is free on the machine that the kubelet removes pods, those first that use most "
    "above what they reserved.",
    sees="kubectl describe node shows MemoryPressure True and the taint node.kubernetes.io/memory-pressure; "
    "pods of the node show Evicted.",
    confirm=(
        "kubectl describe node NODE shows MemoryPressure with reason KubeletHasInsufficientMemory, or had "
        "the event EvictionThresholdMet: it often lasts only minutes",
        "kubectl top pods -A --sort-by=memory tells who uses most, if metrics are collected",
    ),
    judges=("Node",),
    severity="high",
    role="cause",
    playbook=(
        "Find the pods that use more memory than they request, and raise their requests to what they use",
        "Set limits on pods that have none, or use machines with more memory",
    ),
    # the pods that it keeps off, too: the taint is one that they do not tolerate
    leads_to=("evicted-node-memory", "evicted-node-pressure", "untolerated-taint"),
    find=find,
)
