"""pod-sandbox-failed: the machine could not set up the pod's network and frame."""

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

# a container runtime that the machine lacks is another failure
NO_RUNTIME = re.compile(r"no runtime for \"|RuntimeClass|nvidia-container-cli|nvml error|CDI devices")
PLUGIN = re.compile(r'plugin type="([^"]+)"|NetworkPlugin (\S+)|networkPlugin (\S+)')


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    told = [
        each
        for each in cell.events(known, "FailedCreatePodSandBox", "FailedCreatePodSandbox")
        if not NO_RUNTIME.search(each.message)
    ]
    if not told:
        return
    since = min(each.first for each in told)
    node = pod_view(known).spec.nodeName or ""
    plugin = next((_plugin(each.message) for each in reversed(told) if _plugin(each.message)), "")
    by = f" by its network plugin {plugin}" if plugin else ""
    begun = begun_after(known, since)
    failed = "is not" if begun is None else "was at first not"
    yield Finding(
        says=f"The network of pod {known.name} {failed} set up{by} on node {node or '?'}: "
        f"{one_line(told[-1].message, 200)}",
        since=since,
        until=begun,
        about=(target("Node", "", node),) if node else (),
        evidence=tuple(
            Evidence(at=each.first, ref=known.ref, says=one_line(f"{each.reason}: {each.message}"))
            for each in told[-3:]
        ),
    )


def _plugin(message: str) -> str:
    found = PLUGIN.search(message)
    return one_line(next(each for each in found.groups() if each), 60) if found else ""


FAILURE = Failure(
    id="pod-sandbox-failed",
    title="Pod network not set up",
    says="Before any container starts, the machine makes a frame for the pod and connects it to the network. "
    "That failed, so the pod cannot start.",
    sees="kubectl get pods shows ContainerCreating, and kubectl describe pod shows FailedCreatePodSandBox.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows FailedCreatePodSandBox; the message names the plugin: "
        "calico, cilium, aws-cni, flannel",
        "kubectl -n kube-system get pods -o wide --field-selector spec.nodeName=NODE shows that plugin's pod",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Look at the network plugin's pod on that node and its log; restart it",
        "If only pods of one node fail, close the node: kubectl cordon NODE, and delete the pod so that it "
        "starts elsewhere",
    ),
    leads_to=("pod-stuck-container-creating",),
    find=find,
)
