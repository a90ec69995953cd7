"""image-pull-failed is how every failed pull shows, and never hides why."""

import pytest

from tests.support.lab import Lab, job, job_pod, status, waiting


def pulling(reason: str, message: str) -> Lab:
    train = job("train")
    spec = {"containers": [{"name": "main", "image": "r.io/team/train:3"}], "nodeName": "worker-2"}
    return Lab().apply(
        train, job_pod("train-x", train, spec=spec, status=status("Pending", waiting(reason, message)))
    )


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff"])
def test_it_names_image_and_node_and_is_the_root_where_nothing_else_is_known(reason: str) -> None:
    lab = pulling(reason, 'Back-off pulling image "r.io/team/train:3"')
    found = lab.one("image-pull-failed")
    assert found.root
    assert "r.io/team/train:3" in found.title
    assert "worker-2" in found.title


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("r.io/team/train:3: not found", "image-not-found"),
        ("unexpected status: 401 Unauthorized", "image-pull-unauthorized"),
        ("dial tcp 10.0.0.1:443: i/o timeout", "image-registry-unreachable"),
    ],
)
def test_the_registrys_answer_is_the_root(message: str, cause: str) -> None:
    lab = pulling("ErrImagePull", message)
    assert not lab.one("image-pull-failed").root
    assert lab.one(cause).root
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == cause


@pytest.mark.parametrize("reason", ["InvalidImageName", "ErrImageNeverPull", "ContainerCreating"])
def test_where_no_pull_was_tried_none_failed(reason: str) -> None:
    assert pulling(reason, "").anomalies("image-pull-failed") == []
