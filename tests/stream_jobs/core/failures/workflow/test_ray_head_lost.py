"""ray-head-lost: by the head's own end, by its removal, by what the cluster or its job say."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, at, condition, pod, running, stamp, status, terminated, thing

API = "ray.io/v1"
RUNS = status("Running", running())
KILLED = terminated(137, "OOMKilled", name="main")
READY = condition("HeadPodReady", "True", "HeadPodRunningAndReady", seconds=20)


def cluster(*conditions: Object, spec: Object | None = None, owner: Object | None = None) -> Object:
    stand = {"state": "ready", "conditions": list(conditions)}
    return thing("RayCluster", "tune", api=API, owner=owner, spec=spec or {}, status=stand)


def head(name: str = "tune-head", **parts: Any) -> Object:
    labels = {"ray.io/cluster": "tune", "ray.io/node-type": "head"}
    return pod(name, owner=parts.pop("of", cluster()), labels=labels, **parts)


def unready(reason: str, seconds: float = 60) -> Object:
    return condition("HeadPodReady", "False", reason, seconds=seconds)


def restarted(**parts: Any) -> Object:
    back = running(seconds=70, restartCount=1, lastState=KILLED["state"])
    return head(status=status("Running", back), **parts)


def test_a_head_out_of_memory_is_lost_until_it_is_back() -> None:
    lab = Lab().apply(cluster(READY), head(status=RUNS), restarted(), cluster(READY)).quiet(90)
    found = lab.one("ray-head-lost")
    assert "out of memory" in found.title
    assert (found.subject.name, found.since, found.until) == ("tune", at(60), at(70))
    assert lab.one("container-oom-killed").id == found.cause


def test_a_head_that_does_not_come_back_is_critical() -> None:
    down = head(status=status("Failed", terminated(1)))
    lab = Lab().apply(cluster(READY), head(status=RUNS), down, cluster(unready("PodFailed"))).quiet(200)
    found = lab.one("ray-head-lost")
    assert (found.severity, found.until, found.root) == ("critical", None, False)
    assert found.cause == lab.one("container-exit-error").id


@pytest.mark.parametrize(
    ("conditions", "seconds"),
    [
        ((READY, unready("HeadPodNotFound")), 61),  # stated: at once
        ((READY, unready("PodFailed")), 61),
        ((READY, unready("ContainersNotReady")), 200),  # merely unready: after a while
        (
            (condition("RayClusterProvisioned", seconds=20), unready("HeadPodNotFound")),
            61,
        ),  # a dump: one version
    ],
)
def test_what_the_cluster_says(conditions: tuple[Object, ...], seconds: float) -> None:
    lab = Lab()
    for each in (conditions[:1], conditions[1:]) if conditions[0] is READY else (conditions,):
        lab.apply(cluster(*each))
    assert lab.quiet(seconds).one("ray-head-lost").subject.kind == "RayCluster"


def test_what_its_job_says() -> None:
    failed = {"jobDeploymentStatus": "Failed", "message": "Ray head pod not found.", "endTime": stamp(90)}
    job = thing("RayJob", "tune", api=API, spec={}, status=failed | {"rayClusterName": "tune"})
    assert "Ray head pod not found" in Lab().apply(job).one("ray-head-lost").evidence[0].says


def test_a_worker_that_ends_with_its_head_is_told_as_a_consequence() -> None:
    labels = {"ray.io/cluster": "tune", "ray.io/node-type": "worker", "ray.io/group": "gpu"}
    worker = pod("w", owner=cluster(), labels=labels, status=status("Failed", terminated(1, seconds=65)))
    lab = Lab().apply(cluster(READY), head(status=status("Failed", KILLED)), worker).quiet(120)
    verdict = lab.session("tune").verdict
    assert verdict is not None
    assert verdict.failure == "container-oom-killed"
    ends = {each.subject.name: each.cause for each in lab.anomalies("container-exit-error")}
    assert ends == {"w": lab.one("ray-head-lost").id}


def rows() -> list[tuple[str, Lab]]:
    going = {"deletionTimestamp": stamp(100), "deletionGracePeriodSeconds": 30}
    ended = {"jobDeploymentStatus": "Complete", "jobStatus": "SUCCEEDED", "endTime": stamp(50)}
    done = thing("RayJob", "tune", api=API, spec={}, status=ended)
    leaving = cluster(READY)
    leaving["metadata"] |= going
    held = cluster(READY, condition("RayClusterSuspending", seconds=55), spec={"suspend": True})
    return [
        ("first start", Lab().apply(cluster(unready("ContainerCreating", 5)), head())),
        ("no head made yet", Lab().apply(cluster(unready("HeadPodNotFound", 5)))),
        ("a missed probe", Lab().apply(cluster(READY), cluster(unready("ContainersNotReady"))).quiet(80)),
        (
            "the cluster was deleted",
            Lab().apply(leaving, head(status=status("Failed", terminated(143, seconds=90)))),
        ),
        ("suspended", Lab().apply(held, head(status=RUNS)).delete(head(status=RUNS), seconds=60)),
        (
            "its job is done",
            Lab().apply(done, cluster(READY, owner=done), head(status=status("Failed", KILLED))),
        ),
        (
            "a worker only",
            Lab().apply(cluster(READY), pod("w", owner=cluster(), status=status("Failed", KILLED))),
        ),
    ]


@pytest.mark.parametrize(("why", "lab"), rows(), ids=[why for why, _ in rows()])
def test_lookalikes_are_silent(why: str, lab: Lab) -> None:
    assert lab.anomalies("ray-head-lost") == []
