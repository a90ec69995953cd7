"""image-pull-unauthorized: refusals of every kind; on Docker Hub it may also be a wrong name."""

import pytest

from tests.support.lab import Lab, job, job_pod, status, waiting

AMBIGUOUS = (
    "pull access denied, repository does not exist or may require authorization: server message: "
    "insufficient_scope: authorization failed"
)
REFUSALS = (
    AMBIGUOUS,
    "pulling from host r.io failed with status code [manifests 1.2]: 401 Unauthorized",
    "failed to authorize: failed to fetch anonymous token: unexpected status: 403 Forbidden",
    "Head https://1.dkr.ecr.eu-west-1.amazonaws.com/v2/x/manifests/1: no basic auth credentials",
    'denied: Permission "artifactregistry.repositories.downloadArtifacts" denied on resource',
)


def pulling(message: str) -> Lab:
    spec = {"containers": [{"name": "main", "image": "acme/rl:1.2"}]}
    state = status("Pending", waiting("ErrImagePull", message))
    return Lab().apply(job("train"), job_pod("train-x", job("train"), spec=spec, status=state))


@pytest.mark.parametrize("message", REFUSALS)
def test_a_refusal_names_registry_and_image(message: str) -> None:
    found = pulling(message).one("image-pull-unauthorized")
    assert found.root
    assert "docker.io" in found.title
    assert "acme/rl:1.2" in found.title


def test_docker_hub_says_the_same_of_a_name_that_does_not_exist() -> None:
    found = pulling(AMBIGUOUS).one("image-pull-unauthorized")
    assert "no such image" in found.title
    assert found.confidence < 1
    assert "name first" in found.playbook[0]


def test_a_word_in_the_images_name_is_no_answer() -> None:
    lab = pulling('failed to resolve reference "r.io/denied: x/401 Unauthorized:1": r.io/x:1: not found')
    assert lab.anomalies("image-pull-unauthorized") == []
    assert lab.one("image-not-found").root
