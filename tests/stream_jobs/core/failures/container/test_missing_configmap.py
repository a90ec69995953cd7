"""missing-configmap: at once for variables, through FailedMount for volumes; over when the pod starts."""

import pytest

from tests.support.lab import Lab, job, job_pod, running, status, thing, waiting

CONFIG_ERROR = "CreateContainerConfigError"
MOUNT = 'MountVolume.SetUp failed for volume "c" : configmap "params" not found'


def start(*states: dict[str, object]) -> Lab:
    return Lab().apply(job("train"), job_pod("train-x", job("train"), status=status("Pending", *states)))


def test_a_variable_from_it_keeps_the_container_from_being_made() -> None:
    lab = start(waiting(CONFIG_ERROR, 'configmap "params" not found'))
    found = lab.one("missing-configmap")
    assert found.root
    assert "ConfigMap params" in found.title
    assert "container main" in found.title
    assert lab.failures().isdisjoint({"container-config-error", "missing-secret"})
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "missing-configmap"


def test_a_volume_of_it_is_told_by_the_event_only() -> None:
    creating = waiting("ContainerCreating")
    lab = start(creating).event(job_pod("train-x", job("train")), "FailedMount", MOUNT, seconds=20)
    assert "a volume" in lab.one("missing-configmap").title
    lab.apply(job_pod("train-x", job("train"), status=status("Running", running(seconds=30))), seconds=31)
    assert lab.one("missing-configmap").state == "closed"
    assert "missing-configmap" not in lab.failures()


def test_several_missing_at_once_are_each_named() -> None:
    text = 'MountVolume.SetUp failed for volume "all" : [configmap "a" not found, secret "s" not found]'
    lab = start().event(job_pod("train-x", job("train")), "FailedMount", text)
    assert "ConfigMap a," in lab.one("missing-configmap").title
    assert "Secret s," in lab.one("missing-secret").title


@pytest.mark.parametrize(
    "text",
    [
        'MountVolume.SetUp failed for volume "k" : failed to sync configmap cache: timed out waiting for the '
        "condition",
        'MountVolume.SetUp failed for volume "c" : references non-existent config key: lr',
        'MountVolume.SetUp failed for volume "c" : secret "params" not found',
    ],
)
def test_passing_noise_and_other_absences(text: str) -> None:
    lab = start().event(job_pod("train-x", job("train")), "FailedMount", text)
    assert lab.anomalies("missing-configmap") == []


def test_two_containers_that_need_it_are_one_incident() -> None:
    message = 'configmap "params" not found'
    lab = start(waiting(CONFIG_ERROR, message), waiting(CONFIG_ERROR, message, name="logger"))
    assert len(lab.anomalies("missing-configmap")) == 1


def test_that_it_was_deleted_is_said() -> None:
    spec = {"containers": [{"name": "main", "envFrom": [{"configMapRef": {"name": "params"}}]}]}
    params = thing("ConfigMap", "params")
    lab = Lab().apply(job("train"), params).delete(params, seconds=40)
    state = status("Pending", waiting(CONFIG_ERROR, 'configmap "params" not found'))
    lab.apply(job_pod("train-x", job("train"), spec=spec, status=state), seconds=50)
    assert "deleted at 2026-11-24 12:00:40 UTC" in lab.one("missing-configmap").title


def test_it_was_made_later_and_now_something_else_is_missing() -> None:
    lab = start(waiting(CONFIG_ERROR, 'configmap "params" not found'))
    pending = job_pod("train-x", job("train"))
    about = {"kind": "Pod", "uid": "uid-pod-train-x", "name": "train-x", "fieldPath": "spec.containers{main}"}
    lab.event(pending, "Failed", 'Error: configmap "params" not found', seconds=3, involvedObject=about)
    state = status("Pending", waiting(CONFIG_ERROR, 'secret "token" not found'))
    lab.apply(job_pod("train-x", job("train"), status=state), seconds=60)
    assert lab.one("missing-configmap").state == "closed"
    assert "missing-configmap" not in lab.failures()
    assert lab.one("missing-secret").state == "open"
