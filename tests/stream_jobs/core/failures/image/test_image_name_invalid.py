"""image-name-invalid: no registry is asked, and the text or the pull policy is at fault."""

import pytest

from tests.support.lab import Lab, job, job_pod, running, status, waiting

BAD = "acme/Train:latest"
NO_NAME = (
    f'Failed to apply default image tag "{BAD}": couldn\'t parse image name "{BAD}": invalid reference format'
)
NEVER = 'Container image "train:dev" is not present with pull policy of Never'


def lab_with(image: str, reason: str, message: str) -> Lab:
    train = job("train")
    spec = {"containers": [{"name": "main", "image": image}], "nodeName": "gpu-1"}
    return Lab().apply(
        train, job_pod("train-x", train, spec=spec, status=status("Pending", waiting(reason, message)))
    )


@pytest.mark.parametrize(
    ("image", "reason", "message", "says"),
    [
        (BAD, "InvalidImageName", NO_NAME, "is no valid image name"),
        (BAD, "ImageInspectError", NO_NAME, "is no valid image name"),
        ("{{image}}", "InvalidImageName", "", "is no valid image name"),
        ("train:dev", "ErrImageNeverPull", NEVER, "forbids to download"),
        ("train:dev", "ErrImageNeverPull", "", "forbids to download"),
    ],
)
def test_it_says_which_image_and_why(image: str, reason: str, message: str, says: str) -> None:
    lab = lab_with(image, reason, message)
    found = lab.one("image-name-invalid")
    assert found.root
    assert f'"{image}"' in found.title
    assert says in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "image-name-invalid"


def test_events_tell_it_too_and_it_is_one_thing() -> None:
    lab = lab_with(BAD, "InvalidImageName", NO_NAME)
    pulling = job_pod("train-x", job("train"))
    lab.event(
        pulling,
        "InspectFailed",
        NO_NAME,
        involvedObject={
            "kind": "Pod",
            "uid": "uid-pod-train-x",
            "name": "train-x",
            "fieldPath": "spec.containers{main}",
        },
    )
    assert lab.one("image-name-invalid").state == "open"


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff", "ContainerCreating"])
def test_what_a_registry_answers_is_another_failure(reason: str) -> None:
    assert lab_with("train:v9", reason, "train:v9: not found").anomalies("image-name-invalid") == []


def test_it_is_over_when_the_container_runs() -> None:
    lab = lab_with("train:dev", "ErrImageNeverPull", NEVER)
    train = job("train")
    lab.apply(job_pod("train-x", train, status=status("Running", running(seconds=90))), seconds=91)
    assert lab.one("image-name-invalid").state == "closed"
    assert lab.session("train").verdict is None
