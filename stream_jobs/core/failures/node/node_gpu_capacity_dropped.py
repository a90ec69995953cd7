"""node-gpu-capacity-dropped: the machine offers fewer GPUs than it has."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.gpus import BEFORE, Shortage, plugins, shortages, unready


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    found = shortages(known, cell)
    helpers = plugins(cell, known) if found else []
    announced = bool(helpers) and not unready(helpers)
    for number, each in enumerate(found):
        if not each.offered and not (announced and each.why == "capacity"):
            continue  # that nobody announces them is another failure
        yield Finding(
            says=f"Node {known.name} {'offers' if each.until is None else 'offered'} {each.offered:g} of its "
            f"{each.has:g} GPUs ({each.resource})",
            since=each.since,
            until=each.until,
            occurrence=f"{each.resource} {number}",
            confidence=0.6 if each.why == BEFORE else 1.0,
            evidence=(seen(known, each.since, _proof(each)),),
        )


def _proof(each: Shortage) -> str:
    return f"allocatable {each.resource} is {each.offered:g}; {each.why} says {each.has:g}"


FAILURE = Failure(
    id="node-gpu-capacity-dropped",
    title="Node offers fewer GPUs than it has",
    says="One or more GPUs of the machine were taken out of service, mostly because they are faulty, so that "
    "fewer pods fit on it than one would think.",
    sees="kubectl describe node shows a smaller number of nvidia.com/gpu under Allocatable than under "
    "Capacity.",
    confirm=(
        "kubectl get node NODE -o jsonpath='{.status.capacity}{.status.allocatable}' shows two numbers of "
        "GPUs",
        "On the machine: nvidia-smi lists fewer GPUs, or reports errors; dmesg -T | grep Xid",
    ),
    judges=("Node",),
    severity="high",
    role="symptom",
    playbook=(
        "Look for a faulty GPU: conditions and Xid messages of the node, the log of its device plugin",
        "Where the label nvidia.com/mig.config.state says pending or rebooting, wait",
    ),
    leads_to=("insufficient-gpu", "gpu-allocation-rejected", "request-exceeds-largest-node"),
    find=find,
)
