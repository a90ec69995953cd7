"""evicted-ephemeral-limit names the limit in each of the kubelet's three wordings."""

import pytest

from tests.support.lab import Lab, condition, job, job_pod, pod, status, terminated

TOTAL = "Pod ephemeral local storage usage exceeds the total limit of containers 10Gi. "
VOLUME = 'Usage of EmptyDir volume "dshm" exceeds the limit "2Gi".'
CONTAINER = 'Container main exceeded its local ephemeral storage limit "1Gi". '


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (TOTAL, "their limit of 10 GiB"),
        (VOLUME, "scratch volume dshm grew beyond its limit of 2 GiB"),
        (CONTAINER, "1 GiB"),
    ],
)
def test_the_limit_is_named(message: str, words: str) -> None:
    lab = Lab().apply(pod("train", status=status("Failed", reason="Evicted", message=message)))
    assert words in lab.one("evicted-ephemeral-limit").title


@pytest.mark.parametrize(
    "message", ["The node was low on resource: ephemeral-storage.", "", "Pod was rejected: DiskPressure"]
)
def test_a_short_node_is_another_failure(message: str) -> None:
    lab = Lab().apply(pod("train", status=status("Failed", reason="Evicted", message=message)))
    assert lab.anomalies("evicted-ephemeral-limit") == []


def test_the_killed_container_is_its_consequence() -> None:
    train = job(
        "train", status={"conditions": [condition("Failed", reason="BackoffLimitExceeded", seconds=90)]}
    )
    killed = status("Failed", terminated(137), reason="Evicted", message=TOTAL)
    lab = Lab().apply(train, job_pod("train-x", train, status=killed))
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.path[0].subject.name) == ("evicted-ephemeral-limit", "train-x")
