"""image-tag-mutated: pods of one run name the same image and got different ones."""

from collections.abc import Iterator

from schemas.kubernetes import Pod
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import containers, pod_view, seen, statuses
from stream_jobs.core.signs.messages import image_reference, listed, one_line

DIGEST = "@sha256:"
SHORT = 12  # hex digits of a digest that are shown


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.uid not in cell.homes or isinstance(known.view, Pod):
        return
    found: dict[str, dict[str, list[Known]]] = {}
    for pod in cell.owned(known, "Pod"):
        for image, digest in _images(pod).items():
            found.setdefault(image, {}).setdefault(digest, []).append(pod)
    for image, digests in sorted(found.items()):
        if len(digests) > 1:
            yield _finding(known, image, digests)


def _images(pod: Known) -> dict[str, str]:
    """Digest of each image that the pod names by a tag, as far as its node tells digests of the registry.

    A node may tell the image's own id instead, which is another number for the same image.
    """
    named = {each.name: each.image for each in containers(pod_view(pod).spec)}
    return {
        named[status.name]: status.imageID.partition(DIGEST)[2]
        for _, status in statuses(pod)
        if DIGEST in status.imageID
        and named.get(status.name)
        and not image_reference(named[status.name]).digest
    }


def _finding(known: Known, image: str, digests: dict[str, list[Known]]) -> Finding:
    """Pods are listed oldest first, so the first digest is the one that the run began with."""
    later = [pod for pods in list(digests.values())[1:] for pod in pods]
    since = min(each.created or each.first_seen for each in later)
    words = listed([digest[:SHORT] for digest in digests])
    return Finding(
        says=f"Pods of {known.kind} {known.name} all name image {one_line(image, 200)}, but ran different "
        f"ones ({words}): the tag was overwritten in between",
        since=since,
        occurrence=image,
        hits=tuple(each.uid for each in later),
        evidence=tuple(
            seen(pods[0], pods[0].created, f"imageID of {image} is sha256:{digest[:SHORT]}…")
            for digest, pods in list(digests.items())[:4]
        ),
    )


FAILURE = Failure(
    id="image-tag-mutated",
    title="Image changed under its tag",
    says="The tag of the image was overwritten while the run went on, so that pods with the same image name "
    "ran different code. Their results cannot be compared.",
    sees="Nothing in kubectl get pods: the image's name is the same everywhere.",
    confirm=(
        'kubectl -n NAMESPACE get pods -o jsonpath=\'{range .items[*]}{.metadata.name}{" "}'
        '{.status.containerStatuses[0].imageID}{"\\n"}{end}\' shows different digests for one image',
    ),
    judges=("*",),  # whatever owns pods of a run
    severity="medium",
    role="cause",
    playbook=(
        "Name images by digest, or by a tag that is never used twice (a commit, a build number)",
        "Compare results only between pods with the same digest",
    ),
    leads_to=("container-exit-error",),
    find=find,
)
