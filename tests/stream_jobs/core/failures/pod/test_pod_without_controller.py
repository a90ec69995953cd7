"""pod-without-controller: lost or forgotten pods that somebody started by hand; never more than low."""

import pytest

from tests.support.lab import Lab, Object, condition, job, job_pod, pod, running, stamp, status, terminated
from tests.support.pipelines import task_pod

GOING: Object = {"deletionTimestamp": stamp(130), "deletionGracePeriodSeconds": 30}
UP = status("Running", running())
GPU = {
    "restartPolicy": "Always",
    "containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": 1}}}],
}
DAY = 86_500


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (pod("debug", meta=GOING, status=UP), "was lost, and nothing starts it again"),
        (pod("debug", status=status("Failed", terminated(1))), "was lost, and nothing starts it again"),
        (pod("debug", status=UP), "runs since 2026-11-24 12:00:10 UTC"),
        (pod("debug", spec=GPU, status=UP), "with 1 GPU was started by hand"),
    ],
    ids=["deleted", "failed", "forgotten", "forgotten with a GPU"],
)
def test_a_pod_by_hand(item: Object, says: str) -> None:
    found = Lab().apply(item).quiet(DAY).one("pod-without-controller")
    assert says in found.title
    assert found.severity == "low"


@pytest.mark.parametrize(
    "item",
    [
        pod("debug", status=status("Succeeded", terminated(0, "Completed"))),
        pod("web", spec={"restartPolicy": "Always"}, status=UP),
        pod("mirror", annotations={"kubernetes.io/config.mirror": "x"}, status=UP),
        job_pod("train-x", job("train"), status=UP),
        task_pod("train", status=UP),
        pod("spark", labels={"spark-role": "driver"}, status=UP),
    ],
    ids=["went well", "a server", "the kubelet's", "a Job's", "Airflow's", "Spark's"],
)
def test_not(item: Object) -> None:
    assert Lab().apply(item).quiet(DAY).anomalies("pod-without-controller") == []


def test_a_short_trial_is_none() -> None:
    assert Lab().apply(pod("debug", status=UP)).quiet(3600).anomalies("pod-without-controller") == []


def test_it_is_told_beside_what_took_it_away() -> None:
    told = condition("DisruptionTarget", reason="PreemptionByScheduler", seconds=100)
    lab = Lab().apply(pod("debug", meta=GOING, status=status("Running", running(), conditions=[told])))
    lab.quiet(300)
    assert lab.root("debug") == "preempted-by-higher-priority"
    assert lab.one("pod-without-controller")
