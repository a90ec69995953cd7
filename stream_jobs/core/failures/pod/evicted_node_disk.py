"""evicted-node-disk: the disk of the pod's node was nearly full, and the kubelet removed pods."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.references import target
from stream_jobs.core.signs.evictions import EFFECTS, Use, biggest_use, evicted, from_node, say_use, short_of

RESOURCES = frozenset({"ephemeral-storage", "inodes", "nodefs", "imagefs", "containerfs"})
LITTLE = 100 * 2.0**20  # bytes: who used so little did not fill a disk


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    found = evicted(known, cell)
    if found is None or short_of(found.text) not in RESOURCES:
        return
    inodes = short_of(found.text) == "inodes"
    what = "too many files on its disk" if inodes else "next to no room left on its disk"
    use = None if inodes else biggest_use(found.text)
    yield Finding(
        says=f"Pod {known.name} was removed{from_node(known)} because the machine had "
        f"{what}{say_use(use)}{_blame(use)}",
        since=found.at,
        evidence=(found.evidence,),
        about=(target("Node", "", pod_view(known).spec.nodeName or ""),),
    )


def _blame(use: Use | None) -> str:
    return ": others filled the disk" if use is not None and use.used < LITTLE else ""


FAILURE = Failure(
    id="evicted-node-disk",
    title="Evicted: machine's disk full",
    says="The machine's disk was nearly full of images, logs and scratch files, of any pod, so the kubelet "
    "removed pods to make room. The pod's own limit was not the reason.",
    sees="kubectl get pods shows Evicted; the pod's status.message says 'low on resource: "
    "ephemeral-storage' or 'inodes'.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.reason}: {.status.message}'",
        "kubectl describe node NODE shows DiskPressure",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Find who writes most on that machine, and move its scratch data to a volume",
        "State requests and limits for ephemeral-storage, so that pods land where there is room",
    ),
    leads_to=EFFECTS,
    find=find,
)
