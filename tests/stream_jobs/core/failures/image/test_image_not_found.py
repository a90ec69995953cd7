"""image-not-found reads the registry's answer, in whichever form it comes, and closes when the pod starts."""

import pytest

from tests.support.lab import Lab, job, job_pod, running, stamp, status, waiting

IMAGE = "ghcr.io/acme/train:v9"
NOT_FOUND = (
    f'rpc error: code = NotFound desc = failed to pull and unpack image "{IMAGE}": {IMAGE}: not found',
    f'failed to resolve reference "{IMAGE}": {IMAGE}: not found',
    f"Error response from daemon: manifest for {IMAGE} not found: manifest unknown: manifest unknown",
    f'Back-off pulling image "{IMAGE}": ErrImagePull: failed to pull "{IMAGE}": {IMAGE}: not found',
)
OTHERS = (
    "pull access denied, repository does not exist or may require authorization: authorization failed",
    'Head "https://r.io/v2/x/manifests/1": dial tcp: lookup r.io: no such host',
    "unexpected status code [manifests 1]: 429 Too Many Requests",
    f'Back-off pulling image "{IMAGE}"',
    "failed to extract layer: no space left on device",
)
SPEC = {"containers": [{"name": "main", "image": IMAGE}]}


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff"])
@pytest.mark.parametrize("message", NOT_FOUND)
def test_the_answer_in_the_waiting_state_names_the_image(reason: str, message: str) -> None:
    train = job("train")
    lab = Lab().apply(
        train, job_pod("train-x", train, spec=SPEC, status=status("Pending", waiting(reason, message)))
    )
    found = lab.one("image-not-found")
    assert found.root
    assert found.severity == "high"
    assert IMAGE in found.title
    assert "ghcr.io" in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "image-not-found"


def test_older_kubelets_tell_it_in_the_event_only() -> None:
    pulling = job_pod(
        "train-x",
        job("train"),
        spec=SPEC,
        status=status("Pending", waiting("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"')),
    )
    lab = Lab().apply(job("train"), pulling)
    assert lab.anomalies("image-not-found") == []
    lab.event(
        pulling,
        "Failed",
        f'Failed to pull image "{IMAGE}": {NOT_FOUND[0]}',
        involvedObject={
            "kind": "Pod",
            "uid": "uid-pod-train-x",
            "name": "train-x",
            "fieldPath": "spec.containers{main}",
        },
    )
    assert lab.one("image-not-found").state == "open"


@pytest.mark.parametrize("message", OTHERS)
def test_other_answers_are_other_failures(message: str) -> None:
    lab = Lab().apply(
        job_pod(
            "train-x", job("train"), spec=SPEC, status=status("Pending", waiting("ErrImagePull", message))
        )
    )
    assert lab.anomalies("image-not-found") == []
    assert len(lab.anomalies("image-pull-failed")) == 1


def test_an_image_that_was_pushed_late_is_over_and_a_note_only() -> None:
    train = job("train")
    lab = Lab().apply(
        train,
        job_pod("train-x", train, spec=SPEC, status=status("Pending", waiting("ErrImagePull", NOT_FOUND[0]))),
    )
    lab.apply(job_pod("train-x", train, spec=SPEC, status=status("Running", running(seconds=90))), seconds=91)
    found = lab.one("image-not-found")
    assert found.state == "closed"
    assert found.until is not None
    assert found.until.strftime("%Y-%m-%dT%H:%M:%SZ") == stamp(91)
    assert found.severity == "info"
    assert lab.session("train").verdict is None
