"""Bare pods: a run only where nobody else started the pod."""

from datetime import datetime

import pytest

from tests.support.lab import Lab, Object, at, condition, pod, running, stamp, status, terminated, thing

ASKED = {"deletionTimestamp": stamp(50), "deletionGracePeriodSeconds": 30}  # asked at 20


@pytest.mark.parametrize(
    ("stand", "phase", "ended"),
    [
        (status("Pending"), "Pending", None),
        (status("Running", running()), "Running", None),
        (status("Succeeded", terminated(0, "Completed", seconds=40)), "Succeeded", at(40)),
        (status("Failed", terminated(1, seconds=40)), "Failed", at(40)),
    ],
)
def test_a_bare_pod_is_a_run(stand: Object, phase: str, ended: datetime | None) -> None:
    session = Lab().apply(pod("debug", status=stand)).session("debug")
    assert (session.engine, session.kind, session.phase, session.ended) == ("pod", "Pod", phase, ended)
    assert [step.name for step in session.steps] == ["main"]


def test_a_pod_deleted_while_it_runs_is_cancelled_with_the_time() -> None:
    going = pod("debug", status=status("Running", running()), meta=ASKED)
    killed = pod("debug", status=status("Failed", terminated(137, seconds=50)), meta=ASKED)
    lab = Lab().apply(going, killed)
    assert lab.session("debug").phase == "Running", "it is over when it is gone"
    session = lab.delete(killed, seconds=51).session("debug")
    assert (session.phase, session.deleted) == ("Cancelled", at(51))


def test_a_pod_deleted_after_it_failed_failed() -> None:
    failed = pod("debug", status=status("Failed", terminated(1, seconds=10)), meta=ASKED)
    assert Lab().apply(failed).delete(failed).session("debug").phase == "Failed"


def test_a_finalizer_holds_a_pod_open_and_is_named() -> None:
    meta = ASKED | {"finalizers": ["example.com/copy-logs"]}
    held = pod("export", status=status("Failed", terminated(137, seconds=50)), meta=meta)
    session = Lab().apply(held).session("export")
    assert (session.phase, session.ended) == ("Running", None)
    assert "example.com/copy-logs" in session.wait


def test_what_the_scheduler_says_is_what_it_waits_for() -> None:
    unplaced = condition("PodScheduled", "False", "Unschedulable", "0/4 nodes are available")
    session = Lab().apply(pod("debug", status=status("Pending", conditions=[unplaced]))).session("debug")
    assert session.wait == "0/4 nodes are available"


@pytest.mark.parametrize(
    "item",
    [
        pod("api-1", owner=thing("ReplicaSet", "api", api="apps/v1")),
        pod("agent-1", owner=thing("DaemonSet", "agent", api="apps/v1")),
        pod("etcd", namespace="infra", annotations={"kubernetes.io/config.mirror": "x"}),
        pod("kube-proxy", namespace="kube-system"),
        pod("etcd", namespace="infra", owner=thing("Node", "worker-1")),
    ],
    ids=["deployment", "daemon", "mirror", "system", "static"],
)
def test_what_nobody_would_call_a_run_is_none(item: Object) -> None:
    assert Lab().apply(item).sessions == {}
