"""container-config-error: settings that no waiting cures; missing objects and keys are other failures."""

import pytest

from tests.support.lab import Lab, job, job_pod, running, status, waiting

AS_ROOT = 'container has runAsNonRoot and image will run as root (pod: "train-x_ml(afbc)", container: main)'


def blocked(message: str, reason: str = "CreateContainerConfigError") -> Lab:
    state = status("Pending", waiting(reason, message))
    return Lab().apply(job("train"), job_pod("train-x", job("train"), status=state))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (AS_ROOT, "image will run as root"),
        ('failed to prepare subPath for volumeMount "c" of container "main"', "subPath"),
        ("container has runAsNonRoot and image has non-numeric user (app)", "non-numeric user (app)"),
    ],
)
def test_the_reason_is_in_the_title_without_the_pods_uid(message: str, said: str) -> None:
    found = blocked(message).one("container-config-error")
    assert found.root
    assert said in found.title
    assert "afbc" not in found.title


@pytest.mark.parametrize(
    "message",
    ['configmap "a" not found', 'secret "s" not found', "couldn't find key lr in ConfigMap ml/params"],
)
def test_what_has_a_failure_of_its_own(message: str) -> None:
    assert blocked(message).anomalies("container-config-error") == []


def test_an_error_of_the_runtime_is_not_one_of_settings() -> None:
    lab = blocked("context deadline exceeded", "CreateContainerError")
    assert lab.anomalies("container-config-error") == []


def test_it_is_over_when_the_container_runs() -> None:
    lab = blocked(AS_ROOT)
    lab.apply(job_pod("train-x", job("train"), status=status("Running", running(seconds=30))), seconds=31)
    assert lab.one("container-config-error").state == "closed"
    assert "container-config-error" not in lab.failures()
