"""node-pid-pressure: nearly all process numbers of the machine are in use."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.signs.nodes import complaints, conditions_true, ill, outside

CONDITION = re.compile("PIDPressure")
EVENTS = {"NodeHasInsufficientPID": "", "EvictionThresholdMet": r"(?i)reclaim pids|pid\.available"}


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    shown = list(conditions_true(known, CONDITION))
    for each in (*shown, *outside(shown, complaints(known, cell, EVENTS))):
        runs = "runs" if each.until is None else "ran"
        yield ill(known, each, f"{runs} so many processes that hardly a new one can start")


FAILURE = Failure(
    id="node-pid-pressure",
    title="Node short of process numbers",
    says="Something on the machine has started so many processes or threads that there are hardly any "
    "numbers left for new ones; the kubelet removes pods.",
    sees="kubectl describe node shows PIDPressure True, and the taint node.kubernetes.io/pid-pressure; "
    "programs fail with 'Resource temporarily unavailable'.",
    confirm=(
        "kubectl describe node NODE shows PIDPressure with reason KubeletHasInsufficientPID",
        "On the machine: ps -eLf | wc -l comes near the value of /proc/sys/kernel/pid_max",
    ),
    judges=("Node",),
    severity="high",
    role="cause",
    playbook=(
        "Find the pod that starts them: data loaders with very many workers, or a script that forks in a "
        "loop",
        "Limit the workers of the program; administrators can set podPidsLimit of the kubelet",
    ),
    leads_to=("evicted-node-pressure", "node-not-ready", "untolerated-taint"),
    find=find,
)
