"""pod-stuck-container-creating: at once where the kubelet complains, else after its time."""

import pytest

from tests.support.lab import Lab, Object, at, condition, job, job_pod, running, status, waiting

MOUNT = 'MountVolume.SetUp failed for volume "c" : configmap "settings" not found'


def item(*containers: Object, phase: str = "Pending", **more: Object) -> Object:
    placed = condition("PodScheduled", "True", seconds=10)
    told = status(phase, *containers, conditions=[placed, *more.values()])
    return job_pod("train-x", job("train"), spec={"nodeName": "worker-1"}, status=told)


def creating(reason: str = "ContainerCreating", **more: Object) -> Object:
    return item(waiting(reason), **more)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("FailedMount", MOUNT),
        ("FailedAttachVolume", "AttachVolume.Attach failed for volume pvc-1 : rpc error"),
        ("FailedCreatePodSandBox", "Failed to create pod sandbox: plugin type=calico failed (add)"),
        ("FailedPrepareDynamicResources", "NodePrepareResources: rpc error: code = DeadlineExceeded"),
    ],
)
def test_a_complaint_of_the_kubelet_speaks_at_once(reason: str, message: str) -> None:
    lab = Lab().apply(job("train"), creating()).event(creating(), reason, message, seconds=20)
    found = lab.one("pod-stuck-container-creating")
    assert found.title == (
        f"Pod train-x has node worker-1 since 2026-11-24 12:00:10 UTC and has not started: {message}"
    )
    assert found.severity == "high"


def test_silence_speaks_after_five_minutes() -> None:
    lab = Lab().apply(job("train"), creating())
    assert lab.quiet(305).anomalies("pod-stuck-container-creating") == []
    assert lab.quiet(311).one("pod-stuck-container-creating").since == at(10)


def test_a_pull_may_take_ten_minutes_and_the_condition_tells_the_stage() -> None:
    ready = condition("PodReadyToStartContainers", "True")
    lab = Lab().apply(job("train"), creating(ready=ready)).event(creating(), "Pulling", 'Pulling image "big"')
    assert lab.quiet(600).anomalies("pod-stuck-container-creating") == []
    assert "waiting for its image" in lab.quiet(611).one("pod-stuck-container-creating").title


def test_without_progress_silence_means_nothing() -> None:
    lab = Lab().apply(job("train"), creating())
    assert lab.apply(creating(), seconds=4000).anomalies() == []


@pytest.mark.parametrize(
    "message",
    [
        'MountVolume.SetUp failed for volume "c" : failed to sync configmap cache: timed out waiting',
        'MountVolume.SetUp failed for volume "kube-api-access-x" : timed out waiting for the condition',
    ],
)
def test_noise_of_a_start_is_no_complaint(message: str) -> None:
    lab = Lab().apply(job("train"), creating()).event(creating(), "FailedMount", message, seconds=12)
    assert lab.anomalies() == []
    assert lab.apply(item(running(seconds=14), phase="Running")).anomalies() == []


def test_it_ends_when_a_container_starts() -> None:
    lab = Lab().apply(job("train"), creating()).event(creating(), "FailedMount", MOUNT, seconds=20)
    lab.apply(item(running(seconds=80), phase="Running"))
    found = lab.one("pod-stuck-container-creating")
    assert (found.until, found.severity) == (at(80), "info")
    assert "did not start until 2026-11-24 12:01:20 UTC" in found.title


def test_a_running_init_container_is_no_standstill() -> None:
    told = item(waiting("PodInitializing"))
    told["status"]["initContainerStatuses"] = [running(name="prepare")]
    assert Lab().apply(job("train"), told).quiet(4000).anomalies("pod-stuck-container-creating") == []


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "CreateContainerConfigError", "CrashLoopBackOff"])
def test_other_waits_have_rows_of_their_own(reason: str) -> None:
    lab = Lab().apply(job("train"), creating(reason)).quiet(4000)
    assert lab.anomalies("pod-stuck-container-creating") == []
