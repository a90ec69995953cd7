"""image-pull-unauthorized: the registry wants a login that the pod does not have."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import image_of, seen
from stream_jobs.core.signs.messages import image_reference, one_line
from stream_jobs.core.signs.pulls import pulls

EITHER = (
    "does not exist or may require authorization"  # what Docker Hub answers for private and missing alike
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for each in pulls(known, cell, "unauthorized"):
        image, ambiguous = image_of(known, each.container), EITHER in each.text
        guess = ": it is private, or there is no such image" if ambiguous else ""
        yield Finding(
            says=f"Registry {image_reference(image).registry} refused to give image {image} to container "
            f"{each.container} of pod {known.name}{guess}",
            since=each.since,
            until=each.until,
            occurrence=each.container,
            evidence=(seen(known, each.since, f"container {each.container}: {one_line(each.text)}"),),
            playbook=("Check the image's name first: for a wrong one the answer is the same",)
            if ambiguous
            else (),
            confidence=0.8 if ambiguous else 1.0,
        )


FAILURE = Failure(
    id="image-pull-unauthorized",
    title="Registry refused the login",
    says="The registry gives this image only to those who log in, and the pod brought no login, or one that "
    "is no longer valid.",
    sees="kubectl get pods shows ErrImagePull, then ImagePullBackOff.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows 401, 403, denied or authorization failed",
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.imagePullSecrets}' shows the logins that it "
        "brings",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Check imagePullSecrets of the pod and of its ServiceAccount: do these Secrets exist in the "
        "namespace?",
        "Where it worked before, the token may have expired: those of Amazon ECR last 12 hours",
    ),
    leads_to=("image-pull-failed",),
    find=find,
)
