"""pod-ip-exhausted: the network has no address left for the pod."""

import re
from collections.abc import Iterator

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.volumes import begun_after

# In the words of the AWS, GKE, Azure, Calico, Cilium and host-local address managers.
NO_ADDRESS = re.compile(
    r"failed to assign an IP address to container|no IP addresses available in range"
    r"|InsufficientFreeAddresses|IP space exhausted|[Nn]o more (free )?(IPs|addresses)"
    r"|all the allocated IPs are in use|[Nn]o available (IP|addresses)|InsufficientCidrBlocks"
    r"|range is full|ipam.*exhausted"
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    told = [
        each
        for each in cell.events(known, "FailedCreatePodSandBox", "FailedCreatePodSandbox", "FailedScaleUp")
        if NO_ADDRESS.search(each.message)
    ]
    if not told:
        return
    since, name, node = (
        min(each.first for each in told),
        pod_view(known).spec.nodeName or "",
        cell.node(known),
    )
    where = f" on node {name}" if name else ""
    yield Finding(
        says=f"The network has no address left for pod {known.name}{where}",
        since=since,
        until=begun_after(known, since),
        subject=node.ref if node is not None else None,
        about=(target("Node", "", name),) if name else (),
        evidence=tuple(
            Evidence(at=each.first, ref=known.ref, says=one_line(f"{each.reason}: {each.message}"))
            for each in told[-2:]
        ),
    )


FAILURE = Failure(
    id="pod-ip-exhausted",
    title="No address for the pod",
    says="Each pod needs an address of its own, and the network that the machine draws them from has none "
    "left.",
    sees="kubectl get pods shows ContainerCreating, and kubectl describe pod shows FailedCreatePodSandBox "
    "with words about IP addresses.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows: failed to assign an IP address to container, or no IP "
        "addresses available in range",
        "Count the pods: kubectl get pods -A -o wide --field-selector spec.nodeName=NODE",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Remove pods that are not needed any more, finished ones too where the network keeps their addresses",
        "Have the address range made larger: bigger subnets, or prefix delegation on AWS",
    ),
    leads_to=("pod-sandbox-failed", "pod-stuck-container-creating"),
    find=find,
)
