"""gang-partial-deadlock: some run and wait, others find no node; not where each works for itself."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, condition, job, job_pod, pod, running, status, terminated, thing

ID = "gang-partial-deadlock"
FULL = "0/4 nodes are available: 4 Insufficient nvidia.com/gpu."
NO_NODE = condition("PodScheduled", "False", "Unschedulable", FULL, 3)
GPU = {"containers": [{"name": "main", "image": "i", "resources": {"limits": {"nvidia.com/gpu": "4"}}}]}
INDEXED = {"completionMode": "Indexed", "parallelism": 3, "completions": 3}
TRAINING = thing("PyTorchJob", "bert", api="kubeflow.org/v1", spec={}, status={"conditions": []})


def plain(name: str = "ddp-4way", **spec: Any) -> Object:
    return job(name, spec=INDEXED | spec)


def worker(owner: Object, index: int, *, waits: bool, **parts: Any) -> Object:
    stand = status("Pending", conditions=[NO_NODE]) if waits else status("Running", running())
    name, spec = f"{owner['metadata']['name']}-{index}", GPU | ({} if waits else {"nodeName": "gpu-1"})
    if owner["kind"] == "Job":
        labels = {"batch.kubernetes.io/job-completion-index": str(index)}
        return job_pod(name, owner, labels=labels, spec=spec, status=stand, **parts)
    labels = {
        "training.kubeflow.org/replica-type": "worker",
        "training.kubeflow.org/replica-index": str(index),
    }
    return pod(name, owner=owner, labels=labels | parts.pop("labels", {}), spec=spec, status=stand, **parts)


def half(owner: Object) -> Lab:
    lab = Lab().apply(owner, worker(owner, 0, waits=False), worker(owner, 1, waits=False))
    return lab.apply(worker(owner, 2, waits=True))


@pytest.mark.parametrize("owner", [TRAINING, plain()])
def test_two_run_and_one_finds_no_node(owner: Object) -> None:
    lab = half(owner).quiet(60)
    found, name = lab.one(ID), owner["metadata"]["name"]
    assert (found.severity, found.subject.name, found.root) == ("medium", name, False)
    assert f"{name} 2 run and hold 8 GPUs, while {name}-2 find no node" in found.title
    causes = {each.id: each for each in lab.anomalies()}
    assert found.cause is not None
    assert causes[found.cause].failure == "pod-unschedulable"
    assert lab.quiet(700).one(ID).severity == "high"


@pytest.mark.parametrize(
    "owner",
    [
        plain("sweep"),  # nothing says that its pods work together
        plain(completions=9),  # a queue of work
        plain(completionMode="NonIndexed"),
    ],
)
def test_pods_that_work_for_themselves(owner: Object) -> None:
    assert half(owner).quiet(900).anomalies(ID) == []


def test_all_wait_or_all_run_soon() -> None:
    lab = Lab().apply(TRAINING, *(worker(TRAINING, index, waits=True) for index in range(3))).quiet(900)
    assert lab.anomalies(ID) == []
    assert half(TRAINING).apply(worker(TRAINING, 2, waits=False)).quiet(900).anomalies(ID) == []


def test_a_worker_that_ran_before_is_a_lost_one() -> None:
    gone = worker(TRAINING, 2, waits=False, meta={"uid": "uid-old"})
    ended = gone | {"status": status("Failed", terminated(137, seconds=40))}
    lab = Lab().apply(TRAINING, worker(TRAINING, 0, waits=False), gone, ended).delete(ended)
    assert lab.apply(worker(TRAINING, 2, waits=True)).quiet(900).anomalies(ID) == []


def test_a_gang_scheduler_sees_to_it() -> None:
    label = {"scheduling.x-k8s.io/pod-group": "bert"}
    lab = Lab().apply(TRAINING, worker(TRAINING, 0, waits=False, labels=label))
    assert lab.apply(worker(TRAINING, 1, waits=True, labels=label)).quiet(900).anomalies(ID) == []


def test_room_at_last() -> None:
    lab = half(TRAINING).quiet(60).apply(worker(TRAINING, 2, waits=False), seconds=61)
    assert (lab.one(ID).state, lab.one(ID).severity) == ("closed", "info")
