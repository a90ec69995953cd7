"""gpu-device-plugin-down: nothing announces the machine's GPUs to Kubernetes."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen, waiting_reason
from stream_jobs.core.signs.disruption import told_by
from stream_jobs.core.signs.gpus import PRESENT, Shortage, plugins, shortages, unready
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.nodes import lasting
from stream_jobs.core.thresholds import Patience

FRESH = Patience(
    id="gpu-device-plugin-down.fresh",
    default=timedelta(minutes=10),
    says="A new node may take so long until its GPUs appear, as the driver is installed first",
)
RESTART = Patience(
    id="gpu-device-plugin-down.restart",
    default=timedelta(minutes=1),
    says="GPUs may be gone for so long while their plugin is restarted",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    found = shortages(known, cell)
    helpers = plugins(cell, known) if found else []
    broken = unready(helpers)
    for number, each in enumerate(found):
        if each.offered or (helpers and not broken and each.why == "capacity"):
            continue
        later = lasting(known, cell, each.until, _limit(known, cell, each))
        if later is not None:
            yield from later
            continue
        names = listed([f"{pod.name}{_state(pod)}" for pod in broken[:3]])
        yield Finding(
            says=f"No GPU of node {known.name} {'is' if each.until is None else 'was'} offered to pods, "
            f"though it has {_count(each)}"
            + (f": {names} {'is' if len(broken) == 1 else 'are'} not ready" if names else ""),
            since=each.since,
            until=each.until,
            occurrence=f"{each.resource} {number}",
            confidence=1.0 if broken or each.why == "capacity" else 0.6,
            evidence=(
                seen(known, each.since, f"allocatable {each.resource} is 0; {each.why} says {each.has:g}"),
                *(told_by(pod, None, f"not ready{_state(pod)}") for pod in broken[:3]),
            ),
        )


def _limit(known: Known, cell: Cell, each: Shortage) -> datetime:
    """Until when it may be so; what was so when we first looked is hardly a restart of this very moment."""
    installed = known.created + FRESH.of(cell) if known.created is not None else each.since
    return installed if each.since <= known.first_seen else max(each.since + RESTART.of(cell), installed)


def _count(each: Shortage) -> str:
    return "some" if each.why == f"label {PRESENT}" else f"{each.has:g}"


def _state(pod: Known) -> str:
    reason = waiting_reason(pod)
    return f" ({reason})" if reason else ""


FAILURE = Failure(
    id="gpu-device-plugin-down",
    title="GPUs are not announced",
    says="The helper that tells Kubernetes of the machine's GPUs does not run there, or waits for the "
    "driver. As long as it does not, no pod can get these GPUs.",
    sees="kubectl describe node shows nvidia.com/gpu: 0, or does not list it, for a machine that has GPUs.",
    confirm=(
        "kubectl get node NODE -o jsonpath='{.status.allocatable}' shows no nvidia.com/gpu above 0",
        "kubectl get pods -A -o wide --field-selector spec.nodeName=NODE shows the device plugin, driver or "
        "toolkit pod not ready",
    ),
    judges=("Node",),
    severity="high",
    role="cause",
    playbook=(
        "Look at the GPU pods of that node in this order: driver, container toolkit, validator, device "
        "plugin; the first that is not ready is the one to mend",
        "A new node needs up to ten minutes, as the driver is installed first",
    ),
    leads_to=("insufficient-gpu", "node-gpu-capacity-dropped", "request-exceeds-largest-node"),
    thresholds=(FRESH, RESTART),
    find=find,
)
