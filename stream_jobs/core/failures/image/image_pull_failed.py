"""image-pull-failed: the node cannot download the container's image."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import image_of, on_node, seen
from stream_jobs.core.signs.complaints import complaints
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.pulls import ANY


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for each in complaints(known, cell, ANY):
        yield Finding(
            says=f"Image {image_of(known, each.container)} of container {each.container} in pod {known.name} "
            f"could not be downloaded{on_node(known)}",
            since=each.since,
            until=each.until,
            occurrence=each.container,
            evidence=(seen(known, each.since, f"container {each.container}: {one_line(each.text)}"),),
        )


FAILURE = Failure(
    id="image-pull-failed",
    title="Image cannot be pulled",
    says="The node tries again and again to download the container's image, with longer pauses between "
    "tries. Until that works, the container does not start.",
    sees="kubectl get pods shows ErrImagePull or ImagePullBackOff.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Failed to pull image; the end of the message says why",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Read the end of the newest event 'Failed to pull image': it says whether the name, the login or the "
        "network is at fault",
        "Compare image and tag with those of the last run that worked",
    ),
    leads_to=(
        "pod-stuck-container-creating",
        "pod-not-ready",
        "workflow-step-stuck-pending",
        "workflow-step-failed",  # engines give up on a pod that does not start (Airflow after 2 minutes)
        "deployment-rollout-stuck",
        "deployment-replicas-unavailable",
    ),
    find=find,
)
