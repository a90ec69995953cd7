"""image-pull-slow: a note about a long download, while it goes on and afterwards; never about a short one."""

import pytest

from tests.support.lab import Lab, Object, at, job, job_pod, running, status, waiting

ABOUT = {"kind": "Pod", "uid": "uid-pod-train-x", "name": "train-x", "fieldPath": "spec.containers{main}"}
PULLING = 'Pulling image "train:1"'
PULLED = 'Successfully pulled image "train:1" in {} ({} including waiting). Image size: 9873221132 bytes.'


def creating() -> Object:
    spec = {"nodeName": "gpu-1"}
    return job_pod("train-x", job("train"), spec=spec, status=status("Pending", waiting("ContainerCreating")))


def started(seconds: float) -> Object:
    return job_pod("train-x", job("train"), status=status("Running", running(seconds=seconds)))


def pulling() -> Lab:
    lab = Lab().apply(job("train"), creating(), seconds=5)
    return lab.event(creating(), "Pulling", PULLING, seconds=10, type="Normal", involvedObject=ABOUT)


def test_while_it_goes_on() -> None:
    lab = pulling()
    assert lab.quiet(305).anomalies("image-pull-slow") == []
    found = lab.quiet(311).one("image-pull-slow")
    assert (found.severity, found.since, found.root) == ("low", at(10), True)
    assert "image train:1 since 2026-11-24 12:00:10 UTC" in found.title
    assert (
        lab.one("pod-stuck-container-creating").cause == found.id
        if lab.anomalies("pod-stuck-container-creating")
        else True
    )
    lab.apply(started(500), seconds=501)
    assert (lab.one("image-pull-slow").until, lab.one("image-pull-slow").severity) == (at(500), "info")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (PULLED.format("9m41.2s", "9m41.2s"), "took 9 min 41 s to download image train:1 of 9.195 GiB"),
        (PULLED.format("1m2s", "1h10m2.5s"), "the node was busy with other images (its own took 1m2s)"),
        ('Successfully pulled image "train:1" in 6m0.5s', "took 6 min to download image train:1"),
    ],
)
def test_what_it_took(text: str, title: str) -> None:
    lab = pulling().event(creating(), "Pulled", text, seconds=591, type="Normal", involvedObject=ABOUT)
    found = lab.apply(started(592)).one("image-pull-slow")
    assert title in found.title
    assert (found.until, found.severity) == (at(591), "info")


@pytest.mark.parametrize(
    "text",
    [
        PULLED.format("41ms", "41ms"),
        PULLED.format("4m59s", "4m59s"),
        'Container image "train:1" already present on machine',
        "Successfully pulled image in a moment",
    ],
)
def test_short_ones(text: str) -> None:
    lab = pulling().event(creating(), "Pulled", text, seconds=40, type="Normal", involvedObject=ABOUT)
    assert lab.apply(started(41)).quiet(2000).anomalies("image-pull-slow") == []


def test_a_pull_that_failed_is_another_failure() -> None:
    lab = pulling().event(
        creating(), "Failed", "Failed to pull image: denied", seconds=40, involvedObject=ABOUT
    )
    assert lab.quiet(900).anomalies("image-pull-slow") == []


def test_a_container_that_runs_is_past_its_download() -> None:
    lab = Lab().apply(job("train"), started(60), seconds=3000)
    lab.event(started(60), "Pulling", PULLING, seconds=10, type="Normal", involvedObject=ABOUT)
    assert lab.quiet(4000).anomalies("image-pull-slow") == []
