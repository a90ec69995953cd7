"""evicted-by-api: drains, autoscalers and deschedulers; harmless where the run went well elsewhere."""

import pytest

from tests.support.lab import Lab, Object, condition, job, job_pod, running, stamp, status

SPEC: Object = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}
GOING: Object = {"deletionTimestamp": stamp(130), "deletionGracePeriodSeconds": 30}
TRAIN = job("train")


def going(*conditions: Object, meta: Object = GOING) -> Object:
    shown = status("Running", running(), conditions=list(conditions))
    return job_pod("train-x", TRAIN, spec=SPEC, meta=meta, status=shown)


EVICTED = condition("DisruptionTarget", reason="EvictionByEvictionAPI", message="Eviction API: evicting")


def test_the_condition_says_it() -> None:
    found = Lab().apply(TRAIN, going(EVICTED)).one("evicted-by-api")
    assert found.title == "Pod train-x was asked to leave node gpu-7: the eviction API, on somebody's behalf"
    assert found.severity == "medium"


@pytest.mark.parametrize(
    ("reason", "message", "component"),
    [
        ("Evicted", "Evicted pod: Underutilized", "karpenter"),
        ("ScaleDown", "deleting pod for node scale down", "cluster-autoscaler"),
        ("Descheduled", "pod evicted from gpu-7 node by sigs.k8s.io/descheduler", "sigs.k8s.io/descheduler"),
    ],
)
def test_who_asked_for_it(reason: str, message: str, component: str) -> None:
    lab = Lab().apply(TRAIN, going()).event(going(), reason, message, component=component)
    assert lab.one("evicted-by-api").title.endswith(f": {component}: {message}")


def test_where_the_run_went_well_elsewhere_it_is_a_note() -> None:
    done = job("train", status={"conditions": [condition("Complete", seconds=200)]})
    lab = Lab().apply(TRAIN, going(EVICTED)).delete(going(EVICTED)).apply(done)
    assert (lab.one("evicted-by-api").severity, lab.session("train").verdict) == ("info", None)


@pytest.mark.parametrize(
    "lab",
    [
        Lab().apply(TRAIN, going()).event(going(), "Evicted", "The node was low on resource: memory."),
        Lab().apply(TRAIN, going(condition("DisruptionTarget", reason="PreemptionByScheduler"))),
        Lab()
        .apply(TRAIN, going(meta={}))
        .event(going(), "Evicted", "Evicted pod: Drifted", component="karpenter"),
    ],
    ids=["pressure", "preempted", "announced only"],
)
def test_not(lab: Lab) -> None:
    assert lab.anomalies("evicted-by-api") == []
