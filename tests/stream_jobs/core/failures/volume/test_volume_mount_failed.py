"""volume-mount-failed: the kubelet says what it cannot mount, and why."""

import pytest

from tests.support.lab import Lab, Object, at, job, job_pod, running, stamp, status, waiting

NFS = (
    'MountVolume.SetUp failed for volume "nfs-data" : mount failed: exit status 32\nMounting command: mount\n'
    "mount.nfs: access denied by server while mounting 10.0.0.5:/export/data"
)
SPEC: Object = {
    "nodeName": "worker-1",
    "volumes": [{"name": "nfs-data", "persistentVolumeClaim": {"claimName": "data"}}],
}


def creating() -> Object:
    return job_pod("train-x", job("train"), spec=SPEC, status=status("Pending", waiting("ContainerCreating")))


def lab_that_says(*messages: str) -> Lab:
    lab = Lab().apply(job("train"), creating())
    for seconds, message in enumerate(messages, start=20):
        lab.event(creating(), "FailedMount", message, seconds=seconds)
    return lab


@pytest.mark.parametrize(
    "message",
    [
        NFS,
        'MountVolume.SetUp failed for volume "nfs-data" : hostPath type check failed: /x is no directory',
        'MountVolume.MountDevice failed for volume "nfs-data" : wrong fs type, bad option, bad superblock',
        'MountVolume.WaitForAttach failed for volume "nfs-data" : timed out waiting for the condition',
        'MountVolume.SetUp failed for volume "nfs-data" : stat /data: Stale file handle',
        'MountVolume.SetUp failed for volume "nfs-data" : rpc error: code = Unknown desc = denied',
    ],
)
def test_it_names_volume_claim_node_and_the_inner_text(message: str) -> None:
    lab = lab_that_says(message)
    found = lab.one("volume-mount-failed")
    assert found.title.startswith(
        "Node worker-1 cannot mount volume nfs-data (PersistentVolumeClaim data) for pod train-x: "
    )
    assert "\n" not in found.title + found.evidence[0].says
    assert (found.root, found.subject.name) == (True, "train-x")
    assert lab.one("pod-stuck-container-creating").cause == found.id


def test_many_tries_are_one_anomaly() -> None:
    assert lab_that_says(NFS, NFS, NFS).one("volume-mount-failed").since == at(20)


@pytest.mark.parametrize(
    "message",
    [
        'MountVolume.SetUp failed for volume "c" : failed to sync configmap cache: timed out waiting',
        'MountVolume.SetUp failed for volume "kube-api-access-2s" : object "ml"/"kube-root" not registered',
        'MountVolume.SetUp failed for volume "c" : configmap "app-config" not found',
        'MountVolume.SetUp failed for volume "c" : secret "keys" not found',
        'MountVolume.SetUp failed for volume "c" : references non-existent secret key: password',
        'MountVolume.SetUp failed for volume "v" : driver x not found in the list of registered CSI drivers',
        "Unable to attach or mount volumes: unmounted volumes=[d]: timed out waiting for the condition",
    ],
)
def test_settings_drivers_and_passing_states_are_told_elsewhere(message: str) -> None:
    assert lab_that_says(message).anomalies("volume-mount-failed") == []


def test_it_ends_when_the_pod_starts() -> None:
    lab = lab_that_says(NFS)
    lab.apply(job_pod("train-x", job("train"), spec=SPEC, status=status("Running", running(seconds=80))))
    found = lab.one("volume-mount-failed")
    assert (found.until, found.severity) == (at(80), "info")
    assert stamp(80) == "2026-11-24T12:01:20Z"
