"""image-name-invalid: the text is no image name, or the node lacks what it is forbidden to download."""

from collections.abc import Iterator
from re import compile as pattern

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import image_of, on_node, seen
from stream_jobs.core.signs.complaints import Source, complaints
from stream_jobs.core.signs.messages import one_line

NEVER = "present with pull policy of Never"
TOLD = pattern(rf"invalid reference format|couldn't parse image|{NEVER}|InvalidImageName|ErrImageNeverPull")
SIGNS = Source(
    waits=frozenset({"InvalidImageName", "ImageInspectError", "ErrImageNeverPull"}),
    events=frozenset({"InspectFailed", "ErrImageNeverPull"}),
    told=TOLD,
    classify=lambda text: "absent" if NEVER in text or text == "ErrImageNeverPull" else "no name",
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for each in complaints(known, cell, SIGNS):
        image = f'"{image_of(known, each.container)}"'
        wants = f"container {each.container} of pod {known.name}"
        absent = each.key == "absent"
        yield Finding(
            says=f"The pod forbids to download image {image}, and it is not there{on_node(known)}: {wants} "
            "cannot start"
            if absent
            else f"{image}, which {wants} names as its image, is no valid image name",
            since=each.since,
            until=each.until,
            occurrence=each.container,
            evidence=(seen(known, each.since, f"container {each.container}: {one_line(each.text)}"),),
            playbook=(
                ("Set imagePullPolicy to IfNotPresent, or bring the image to every node beforehand",)
                if absent
                else (
                    f"Look at {image} letter by letter: capitals, blanks and an unfilled {{{{...}}}} are not "
                    "allowed",
                )
            ),
        )


FAILURE = Failure(
    id="image-name-invalid",
    title="Image cannot even be asked for",
    says="The image text is not a valid image name (capitals, blanks, an empty template variable), or the "
    "pod forbids downloading and this machine does not have the image. No registry was asked.",
    sees="kubectl get pods shows InvalidImageName, or ErrImageNeverPull.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.containers[*].image}' shows the image's name "
        "as it is written",
        "kubectl -n NAMESPACE describe pod POD shows couldn't parse image name, or that pulling is forbidden",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=("Compare it with the image of the last run that worked, and create the pod anew",),
    leads_to=("pod-stuck-container-creating", "workflow-step-stuck-pending", "workflow-step-failed"),
    find=find,
)
