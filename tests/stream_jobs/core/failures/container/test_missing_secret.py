"""missing-secret: in the waiting state, in the event, in FailedMount; not a missing registry login."""

import pytest

from tests.support.lab import Lab, job, job_pod, running, status, waiting

PENDING = job_pod("train-x", job("train"), status=status("Pending", waiting("ContainerCreating")))


def test_the_waiting_state_names_it() -> None:
    state = status("Pending", waiting("CreateContainerConfigError", 'secret "s3-credentials" not found'))
    lab = Lab().apply(job("train"), job_pod("train-x", job("train"), status=state))
    found = lab.one("missing-secret")
    assert found.root
    assert found.severity == "high"
    assert "Secret s3-credentials" in found.title
    assert lab.failures().isdisjoint({"container-config-error", "missing-configmap"})


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("Failed", 'Error: secret "db" not found'),
        ("FailedMount", 'MountVolume.SetUp failed for volume "api" : secret "db" not found'),
    ],
)
def test_so_do_events_until_the_pod_starts(reason: str, text: str) -> None:
    lab = Lab().apply(PENDING).event(PENDING, reason, text, seconds=20)
    assert "Secret db" in lab.one("missing-secret").title
    lab.apply(job_pod("train-x", job("train"), status=status("Running", running(seconds=30))), seconds=31)
    assert lab.one("missing-secret").state == "closed"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("FailedToRetrieveImagePullSecret", "Unable to retrieve some image pull secrets (regcred)"),
        ("FailedMount", 'MountVolume.SetUp failed for volume "api" : references non-existent secret key: p'),
        ("Failed", "Error: couldn't find key DB_URL in Secret ml/db"),
    ],
)
def test_lookalikes(reason: str, text: str) -> None:
    assert Lab().apply(PENDING).event(PENDING, reason, text).anomalies("missing-secret") == []
