"""pod-stuck-terminating waits a minute beyond the grace period, and not at all where the node is lost."""

from tests.support.lab import Lab, at, job, job_pod, node, pod, running, stamp, status, terminated

GOING = {"deletionTimestamp": stamp(130), "deletionGracePeriodSeconds": 30}
ON_NODE = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}
UP = status("Running", running())


def test_a_minute_beyond_its_grace_period_it_is_stuck() -> None:
    lab = Lab().apply(pod("train", meta=GOING, spec=ON_NODE, status=UP))
    assert lab.quiet(190).anomalies("pod-stuck-terminating") == []
    found = lab.quiet(192).one("pod-stuck-terminating")
    assert found.title == "Pod train was to be gone by 2026-11-24 12:02:10 UTC and stayed"
    assert found.since == at(130)


def test_on_a_lost_node_nobody_can_confirm_so_it_speaks_at_once() -> None:
    lost = node("gpu-7", ready="Unknown")
    lab = Lab().apply(lost, pod("train", meta=GOING, spec=ON_NODE, status=UP)).quiet(132)
    assert "no contact with node gpu-7" in lab.one("pod-stuck-terminating").title


def test_gone_in_time_is_no_failure_whatever_the_kubelet_s_last_word_is() -> None:
    lab = Lab().apply(pod("train", meta=GOING, spec=ON_NODE, status=UP))
    last = GOING | {"deletionTimestamp": stamp(125), "deletionGracePeriodSeconds": 0}
    lab.delete(pod("train", meta=last, spec=ON_NODE, status=UP), seconds=126)
    assert lab.quiet(900).anomalies("pod-stuck-terminating") == []


def test_what_only_a_finalizer_keeps_is_another_failure() -> None:
    meta = GOING | {"finalizers": ["batch.kubernetes.io/job-tracking"]}
    lab = Lab().apply(pod("train", meta=meta, status=status("Succeeded", terminated(0, "Completed"))))
    assert lab.quiet(900).anomalies("pod-stuck-terminating") == []


def test_the_lost_node_is_the_root() -> None:
    train = job("train")
    lost = node("gpu-7", ready="Unknown", meta={"creationTimestamp": "2026-11-23T12:00:00Z"})
    lab = Lab().apply(train, lost, job_pod("train-x", train, meta=GOING, spec=ON_NODE, status=UP)).quiet(140)
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "node-unreachable"
