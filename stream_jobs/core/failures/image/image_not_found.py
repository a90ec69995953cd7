"""image-not-found: the registry has no such image or tag."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import image_of, seen
from stream_jobs.core.signs.messages import image_reference, one_line
from stream_jobs.core.signs.pulls import pulls


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for each in pulls(known, cell, "not found"):
        image = image_of(known, each.container)
        parts = image_reference(image)
        yield Finding(
            says=f"Image {image}, which container {each.container} of pod {known.name} needs, does not exist "
            f"in registry {parts.registry}",
            since=each.since,
            until=each.until,
            occurrence=each.container,
            evidence=(seen(known, each.since, f"container {each.container}: {one_line(each.text)}"),),
            playbook=(
                f"Check that a build pushed {parts.repository} with {_version(parts.tag, parts.digest)}",
            ),
        )


def _version(tag: str, digest: str) -> str:
    return f"tag {tag}" if tag else f"digest {digest}"


FAILURE = Failure(
    id="image-not-found",
    title="Image does not exist",
    says="The registry answered that it has no image of that name, or none with that tag. Waiting does not "
    "help.",
    sees="kubectl get pods shows ErrImagePull, then ImagePullBackOff.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Failed to pull image, ending in not found or manifest "
        "unknown",
        "crane ls REPOSITORY, or the registry's page, lists the tags that there are",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Look for a typing error in the image's name and tag",
        "Or go back to the last tag that worked",
    ),
    leads_to=("image-pull-failed",),
    find=find,
)
