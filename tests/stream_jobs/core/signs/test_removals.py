"""Who took a pod away: exactly one answer, from the pod's own words first, then from its surroundings."""

from typing import Any

import pytest

from stream_jobs.core.signs.removals import removal
from tests.support.edited import manager
from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    node,
    pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)
from tests.support.pipelines import step_pod, task_pod, workflow

GOING: Object = {"deletionTimestamp": stamp(130), "deletionGracePeriodSeconds": 30}  # asked for at 100
UP = status("Running", running())
ON_NODE = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}
JOB = job("train")


def doomed(*, told: Object | None = None, **parts: Any) -> Object:
    shown = status("Running", running(), conditions=[told] if told else [])
    return job_pod("train-x", JOB, meta=GOING | parts.pop("meta", {}), status=shown, **parts)


def target(reason: str, message: str = "", kind: str = "DisruptionTarget") -> Lab:
    return Lab().apply(
        JOB, doomed(told=condition(kind, reason=reason, message=message, seconds=100), spec=ON_NODE)
    )


def event(reason: str, message: str, component: str) -> Lab:
    lab = Lab().apply(JOB, doomed(spec=ON_NODE))
    return lab.event(doomed(), reason, message, component=component, seconds=100)


def scaled_down() -> Lab:
    small = thing("StatefulSet", "ps", api="apps/v1", spec={"replicas": 2}, meta={"managedFields": []})
    lab = Lab().apply(small, seconds=50)
    going = pod("ps-1", owner=small, meta=GOING, status=UP, labels={"app": "ps"})
    small = small | {"spec": {"replicas": 1}}
    small["metadata"] = small["metadata"] | {"managedFields": [manager("kubectl", "scale", seconds=99)]}
    lab.apply(small, seconds=99.5).apply(going, seconds=100)
    return lab.event(small, "SuccessfulDelete", "delete Pod ps-1 in StatefulSet ps successful", seconds=100)


def drained() -> Lab:
    lab = Lab().apply(node("gpu-7"), JOB, doomed(spec=ON_NODE, meta={"deletionTimestamp": None}), seconds=80)
    closed = node(
        "gpu-7", spec={"unschedulable": True}, meta={"managedFields": [manager("kubectl", seconds=95)]}
    )
    lab.apply(closed, seconds=95)
    told = condition("DisruptionTarget", reason="EvictionByEvictionAPI", seconds=100)
    return lab.apply(doomed(spec=ON_NODE, told=told), seconds=101)


ENDED = status("Succeeded", terminated(0, "Completed", seconds=60))
FLOW = workflow("etl", "Running")
DEAD = Lab().apply(node("gpu-7")).delete(node("gpu-7"), seconds=90).apply(JOB, doomed(spec=ON_NODE))


@pytest.mark.parametrize(
    ("lab", "by", "says", "confidence"),
    [
        pytest.param(Lab().apply(JOB, doomed()), "a user", "somebody or some tool", 0.8, id="nobody else"),
        pytest.param(
            Lab().apply(JOB, doomed(meta={"managedFields": [manager("kubectl-edit", seconds=98)]})),
            "a user",
            "kubectl-edit by the last write to it",
            0.8,
            id="somebody who wrote to it",
        ),
        pytest.param(
            Lab().apply(JOB, doomed(meta={"managedFields": [manager("reaper", seconds=98)]})),
            "a tool",
            "reaper by the last write to it",
            0.8,
            id="a tool that wrote to it",
        ),
        pytest.param(
            Lab().apply(JOB, job("train", meta={"deletionTimestamp": stamp(99)}), doomed()),
            "garbage collection",
            "Job train was deleted",
            1.0,
            id="owner deleted",
        ),
        pytest.param(
            Lab().apply(JOB, job_pod("train-x", JOB, meta=GOING, status=ENDED)),
            "clean-up after the end",
            "it had ended before",
            1.0,
            id="TTL or podGC",
        ),
        pytest.param(
            Lab()
            .apply(JOB, job("train", meta={"deletionTimestamp": stamp(99)}))
            .apply(job_pod("train-x", JOB, meta=GOING, status=ENDED)),
            "garbage collection",
            "Job train was deleted",
            1.0,
            id="TTL of the owner",
        ),
        pytest.param(
            target("EvictionByEvictionAPI"),
            "a drain",
            "the eviction API",
            0.8,
            id="eviction, nobody said why",
        ),
        pytest.param(drained(), "a drain", "node gpu-7 was closed for new pods by kubectl", 1.0, id="drain"),
        pytest.param(
            event("Evicted", "Evicted pod: Underutilized", "karpenter"),
            "a drain",
            "karpenter: ",
            0.9,
            id="Karpenter",
        ),
        pytest.param(
            event("Descheduled", "pod evicted from gpu-7 by sigs.k8s.io/descheduler", "descheduler"),
            "a drain",
            "descheduler: ",
            0.9,
            id="descheduler",
        ),
        pytest.param(
            event("ScaleDown", "deleting pod for node scale down", "cluster-autoscaler"),
            "a scale-down",
            "cluster-autoscaler: deleting pod",
            0.9,
            id="autoscaler",
        ),
        pytest.param(scaled_down(), "a scale-down", "StatefulSet ps deleted it", 1.0, id="made smaller"),
        pytest.param(target("DeletionByTaintManager"), "a taint", "a taint of node gpu-7", 1.0, id="taint"),
        pytest.param(
            Lab().apply(node("gpu-7", ready="Unknown"), JOB, doomed(spec=ON_NODE)),
            "a taint",
            "node gpu-7 was not ready then",
            0.6,
            id="ill node",
        ),
        pytest.param(
            target("TerminationByKubelet", "The node was low on resource: memory."),
            "node pressure",
            "low on resource: memory",
            1.0,
            id="pressure",
        ),
        pytest.param(
            target("TerminationByKubelet", "Pod was terminated in response to imminent node shutdown."),
            "a node that shut down",
            "imminent node shutdown",
            1.0,
            id="shutdown",
        ),
        pytest.param(
            target("PreemptionByScheduler", "default-scheduler: preempting"),
            "preemption",
            "preempting",
            1.0,
            id="preempted",
        ),
        pytest.param(
            target("WorkloadEvictedDueToPreempted", kind="TerminationTarget"),
            "preemption",
            "its queue",
            1.0,
            id="Kueue preempts",
        ),
        pytest.param(
            target("DeletionByPodGC", "PodGC: node no longer exists"),
            "a node that is gone",
            "no longer",
            1.0,
            id="podGC of a gone node",
        ),
        pytest.param(
            DEAD, "a node that is gone", "node gpu-7 was removed from the cluster", 0.8, id="node deleted"
        ),
        pytest.param(
            Lab().apply(
                job("train", status={"conditions": [condition("FailureTarget", seconds=99)]}), doomed()
            ),
            "its owner's policy",
            "Job train was over, suspended or made smaller",
            0.9,
            id="the Job gave up",
        ),
        pytest.param(
            Lab().apply(
                thing("Namespace", "ml", namespace="", meta={"deletionTimestamp": stamp(95)}), JOB, doomed()
            ),
            "its namespace",
            "namespace ml was deleted",
            1.0,
            id="namespace",
        ),
        pytest.param(Lab().apply(doomed()), "unknown", "its owner was not seen", 0.3, id="owner not seen"),
        pytest.param(
            Lab().apply(task_pod("train-x", meta=GOING)),
            "its owner's policy",
            "the tool that started it",
            0.7,
            id="Airflow tidies up",
        ),
    ],
)
def test_exactly_one_answer(lab: Lab, by: str, says: str, confidence: float) -> None:
    uid = next(uid for uid, known in lab.cell.objects.items() if known.key == "Pod")
    found = removal(lab.cell, lab.cell.objects[uid])
    assert found is not None
    assert (found.by, found.confidence) == (by, confidence)
    assert says in found.says
    blamed = [each for each in lab.anomalies("pod-deleted-by-user") if each.subject.uid == uid]
    assert bool(blamed) is (by in ("a user", "a tool"))


def test_a_pod_that_the_kubelet_ended_was_not_deleted() -> None:
    lab = Lab().apply(
        pod("train", status=status("Failed", reason="Evicted", message="low on resource: memory"))
    )
    found = removal(lab.cell, lab.known(pod("train")))
    assert (found.by if found else "") == "node pressure"


@pytest.mark.parametrize("item", [pod("train", status=UP), step_pod("etl-a", FLOW, status=ENDED)])
def test_a_pod_that_is_there_went_nowhere(item: Object) -> None:
    lab = Lab().apply(FLOW, item)
    assert removal(lab.cell, lab.known(item)) is None


def test_the_sentence_names_the_tool_and_how_sure_that_is() -> None:
    lab = Lab().apply(JOB, doomed(meta={"managedFields": [manager("reaper", seconds=98)]})).quiet(200)
    found = lab.one("pod-deleted-by-user")
    assert "was deleted by somebody or some tool, reaper by the last write to it, at" in found.title
    assert (found.since, found.confidence) == (at(100), 0.9)
