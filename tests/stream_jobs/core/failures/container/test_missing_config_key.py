"""missing-config-key: the object exists; told for variables by the container, for volumes by FailedMount."""

import pytest

from tests.support.lab import Lab, Object, job, job_pod, running, status, thing, waiting

CONFIG_ERROR = "CreateContainerConfigError"
SPEC: Object = {
    "nodeName": "worker-1",
    "volumes": [
        {"name": "c", "configMap": {"name": "params"}},
        {"name": "all", "projected": {"sources": [{"secret": {"name": "keys"}}, {"secret": {"name": "b"}}]}},
    ],
}
MOUNT = 'MountVolume.SetUp failed for volume "c" : configmap references non-existent config key: lr'


def start(*states: Object) -> Lab:
    item = job_pod("train-x", job("train"), spec=SPEC, status=status("Pending", *states))
    return Lab().apply(job("train"), item)


@pytest.mark.parametrize(
    ("message", "title"),
    [
        (
            "couldn't find key DB_URL in Secret ml/app-secrets",
            "Secret app-secrets of namespace ml has no key DB_URL",
        ),
        ("couldn't find key lr in ConfigMap ml/params", "ConfigMap params of namespace ml has no key lr"),
    ],
)
def test_a_variable_that_takes_a_key(message: str, title: str) -> None:
    lab = start(waiting(CONFIG_ERROR, message))
    found = lab.one("missing-config-key")
    assert title in found.title
    assert "container main of pod train-x" in found.title
    assert (found.root, found.severity) == (True, "high")
    assert lab.failures().isdisjoint({"container-config-error", "missing-configmap", "missing-secret"})
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "missing-config-key"


@pytest.mark.parametrize(
    ("message", "title"),
    [
        (MOUNT, "ConfigMap params of namespace ml has no key lr, which a volume of pod train-x"),
        (
            'MountVolume.SetUp failed for volume "all" : references non-existent secret key: token',
            "A Secret of namespace ml has no key token",
        ),
    ],
)
def test_a_volume_that_takes_a_key(message: str, title: str) -> None:
    lab = start(waiting("ContainerCreating"))
    lab.event(job_pod("train-x", job("train")), "FailedMount", message, seconds=20)
    assert title in lab.one("missing-config-key").title
    assert lab.one("pod-stuck-container-creating").cause == lab.one("missing-config-key").id
    assert lab.anomalies("volume-mount-failed") == []
    lab.apply(job_pod("train-x", job("train"), status=status("Running", running(seconds=30))), seconds=31)
    assert lab.one("missing-config-key").state == "closed"
    assert "missing-config-key" not in lab.failures()


@pytest.mark.parametrize(
    "message", ['configmap "params" not found', "runAsNonRoot and image will run as root", ""]
)
def test_other_settings_are_told_elsewhere(message: str) -> None:
    assert start(waiting(CONFIG_ERROR, message)).anomalies("missing-config-key") == []


def test_who_removed_the_key_is_said() -> None:
    manager = {"manager": "kubectl-edit", "operation": "Update", "time": "2026-11-24T12:00:20Z", "fields": []}
    before, after = {"lr": "1", "batch": "8"}, {"batch": "8"}
    lab = Lab().apply(job("train"), thing("ConfigMap", "params", data=before), seconds=5)
    lab.apply(thing("ConfigMap", "params", data=after, meta={"managedFields": [manager]}), seconds=21)
    message = "couldn't find key lr in ConfigMap ml/params"
    lab.apply(job_pod("train-x", job("train"), status=status("Pending", waiting(CONFIG_ERROR, message))))
    assert "it was removed" in lab.one("missing-config-key").title
