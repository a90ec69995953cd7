"""image-registry-unreachable: the node cannot talk to the registry."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import image_of, pod_view, seen
from stream_jobs.core.signs.messages import image_reference, one_line
from stream_jobs.core.signs.pulls import pulls

UNTRUSTED = "x509:"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    node = pod_view(known).spec.nodeName or "(unknown)"
    for each in pulls(known, cell, "unreachable"):
        image = image_of(known, each.container)
        registry = image_reference(image).registry
        how = (
            f"does not trust the certificate of registry {registry}"
            if UNTRUSTED in each.text
            else f"got no answer from registry {registry}"
        )
        yield Finding(
            says=f"Node {node} {how}, so image {image} for container {each.container} of pod {known.name} "
            "could not be downloaded",
            since=each.since,
            until=each.until,
            occurrence=each.container,
            evidence=(seen(known, each.since, f"container {each.container}: {one_line(each.text)}"),),
        )


FAILURE = Failure(
    id="image-registry-unreachable",
    title="Registry cannot be reached",
    says="The node got no proper answer from the image registry: the network, a name server, a proxy or a "
    "certificate stands between them. The pod itself is right, and starts when the way is free again.",
    sees="kubectl get pods shows ErrImagePull, then ImagePullBackOff; often for all pods of a machine.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows dial tcp, i/o timeout, no such host or x509",
        "On the machine: curl -v https://REGISTRY/v2/ fails in the same way",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "See whether pods on other nodes pull from this registry: if so the node is at fault, else the "
        "registry, DNS or a firewall",
        "For x509 let the nodes trust the registry's certificate",
    ),
    leads_to=("image-pull-failed",),
    find=find,
)
