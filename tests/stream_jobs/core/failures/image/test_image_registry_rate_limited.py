"""image-registry-rate-limited: a limit is no refused login, and it is over when the pull works."""

import pytest

from tests.support.lab import Lab, job, job_pod, running, status, waiting

LIMITS = (
    "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating",
    "unexpected status from HEAD request to https://r.example/v2/x/manifests/1: 429 Too Many Requests",
    "denied: 429 Too Many Requests",
)


def lab_with(message: str) -> Lab:
    train = job("train")
    spec = {"containers": [{"name": "main", "image": "docker.io/acme/train:v9"}]}
    pulling = status("Pending", waiting("ErrImagePull", message))
    return Lab().apply(train, job_pod("train-x", train, spec=spec, status=pulling))


@pytest.mark.parametrize("message", LIMITS)
def test_it_is_the_root_and_names_the_registry(message: str) -> None:
    lab = lab_with(message)
    found = lab.one("image-registry-rate-limited")
    assert found.root
    assert found.severity == "medium"
    assert "Registry docker.io refuses further downloads" in found.title
    assert lab.failures() == {"image-registry-rate-limited", "image-pull-failed"}


def test_the_nodes_own_brake_is_not_the_registrys() -> None:
    assert lab_with("pull QPS exceeded").one("image-registry-rate-limited").title.startswith("The node pulls")


@pytest.mark.parametrize("message", ["denied: requested access to the resource is denied", "no such host"])
def test_other_answers_are_other_failures(message: str) -> None:
    assert lab_with(message).anomalies("image-registry-rate-limited") == []


def test_it_is_over_when_the_image_arrives() -> None:
    lab = lab_with(LIMITS[0])
    lab.apply(job_pod("train-x", job("train"), status=status("Running", running(seconds=90))), seconds=91)
    assert lab.one("image-registry-rate-limited").state == "closed"
