"""node-disk-pressure: the condition, the kubelet's vain cleaning, or an image that does not fit."""

import pytest

from tests.support.lab import Lab, at, condition, job, status, waiting
from tests.support.machines import at_work, machine, told

FULL = (
    "failed to pull and unpack image: failed to extract layer sha256:1f: write /var/lib/containerd/x: "
    "no space left on device"
)
GARBAGE = (
    "Failed to garbage collect required amount of images. Attempted to free 3264 bytes, but only found 0 "
    "bytes eligible to free."
)


def test_the_condition_speaks_at_once() -> None:
    short = condition("DiskPressure", "True", "KubeletHasDiskPressure", "kubelet has disk pressure", 60)
    found = told(machine(short), [("EvictionThresholdMet", "Attempting to reclaim ephemeral-storage")])
    assert "is short of disk space" in found.one("node-disk-pressure").title


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("NodeHasDiskPressure", "Node gpu-7 status is now: NodeHasDiskPressure"),
        ("EvictionThresholdMet", "Attempting to reclaim ephemeral-storage"),
        ("EvictionThresholdMet", "Attempting to reclaim inodes"),
    ],
)
def test_an_event_tells_of_what_is_over(reason: str, message: str) -> None:
    assert told(machine(), [(reason, message)]).one("node-disk-pressure").until == at(60)


@pytest.mark.parametrize("reason", ["FreeDiskSpaceFailed", "ImageGCFailed"])
def test_a_disk_that_cannot_be_cleaned_is_full_until_it_is_not_said_any_more(reason: str) -> None:
    lab = told(machine(), [(reason, GARBAGE)]).quiet(600)
    assert lab.one("node-disk-pressure").until is None
    assert lab.quiet(800).one("node-disk-pressure").until == at(60)


def test_an_image_that_does_not_fit_is_the_nodes_affair() -> None:
    pod = at_work(state=status("Pending", waiting("ErrImagePull", FULL)))
    lab = Lab().apply(machine(), job("train"), pod).event(pod, "Failed", f"Failed to pull image: {FULL}")
    found = lab.one("node-disk-pressure")
    assert (found.subject.kind, found.subject.name, found.root) == ("Node", "gpu-7", True)
    assert {each.cause for each in lab.anomalies("image-pull-failed")} == {found.id}


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("ImageGCFailed", "failed to get imageFs info: unable to find data in memory cache"),
        ("InvalidDiskCapacity", "invalid capacity 0 on image filesystem"),
        ("NodeHasNoDiskPressure", "Node gpu-7 status is now: NodeHasNoDiskPressure"),
        ("EvictionThresholdMet", "Attempting to reclaim memory"),
    ],
)
def test_what_each_kubelet_says_at_its_start_is_nothing(reason: str, message: str) -> None:
    assert told(machine(), [(reason, message)]).anomalies("node-disk-pressure") == []
