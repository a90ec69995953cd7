"""image-registry-rate-limited: the registry has given this cluster all it gives for now."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import image_of, seen
from stream_jobs.core.signs.messages import image_reference, one_line
from stream_jobs.core.signs.pulls import pulls

OWN_LIMIT = "pull QPS exceeded"  # the kubelet's own brake, no registry's


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for each in pulls(known, cell, "rate limited"):
        image = image_of(known, each.container)
        who = (
            "The node pulls too many images at the same time"
            if OWN_LIMIT in each.text
            else f"Registry {image_reference(image).registry} refuses further downloads for now"
        )
        yield Finding(
            says=f"{who}, so image {image} for container {each.container} of pod {known.name} has to wait",
            since=each.since,
            until=each.until,
            occurrence=each.container,
            evidence=(seen(known, each.since, f"container {each.container}: {one_line(each.text)}"),),
        )


FAILURE = Failure(
    id="image-registry-rate-limited",
    title="Registry's limit reached",
    says="Too many images were downloaded from this cluster in a short time. The registry refuses for some "
    "hours, then the same pull works.",
    sees="kubectl get pods shows ErrImagePull, then ImagePullBackOff, for many pods at once.",
    confirm=("kubectl -n NAMESPACE describe pod POD shows toomanyrequests, or 429 Too Many Requests",),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Log in to the registry (imagePullSecrets), which raises the limit, or pull through your own mirror",
        "Use fixed tags with imagePullPolicy IfNotPresent, so that nodes do not ask again",
    ),
    leads_to=("image-pull-failed",),
    find=find,
)
