"""distributed-worker-lost: the first end is the root, the ends of the peers are its effects."""

from typing import Any

import pytest

from tests.support.lab import Lab, condition, job, job_pod, running, stamp, status, terminated, thing

NCCL = "RuntimeError: NCCL error: remote process exited, rank 1 lost\n"


def worker(owner: dict[str, Any], number: int, *ended: dict[str, Any], **parts: Any) -> dict[str, Any]:
    state = status("Failed", *ended) if ended else status("Running", running())
    return job_pod(f"{owner['metadata']['name']}-{number}", owner, status=state, **parts)


def ddp() -> dict[str, Any]:
    return job("ddp", spec={"completionMode": "Indexed", "parallelism": 3, "completions": 3})


def test_the_peers_that_miss_a_killed_worker_are_its_effects() -> None:
    train = ddp()
    gave_up = condition("Failed", reason="BackoffLimitExceeded", seconds=80)
    lab = Lab().apply(
        train,
        worker(train, 0, terminated(1, seconds=67, message=NCCL)),
        worker(train, 1, terminated(137, "OOMKilled", seconds=60)),
        worker(train, 2, terminated(1, seconds=67, message=NCCL)),
        job("ddp", status={"conditions": [gave_up]}),
    )
    found = lab.one("distributed-worker-lost")
    assert (found.severity, found.root) == ("critical", False)
    assert "ddp-1 (out of memory)" in found.title
    assert "ddp-0 and ddp-2" in found.title
    assert [each.failure for each in lab.anomalies() if each.root and each.severity != "info"] == [
        "container-oom-killed"
    ]
    verdict = lab.session("ddp").verdict
    assert verdict is not None
    path = [step.failure for step in verdict.path]
    assert (path[0], path[-1]) == ("container-oom-killed", "job-backoff-limit-exceeded")
    assert "distributed-worker-lost" in path


def test_of_equal_ends_the_first_is_the_root_where_the_others_name_the_loss() -> None:
    train = ddp()
    lab = Lab().apply(
        train,
        worker(train, 0, terminated(1, seconds=67, message=NCCL)),
        worker(train, 1, terminated(1, seconds=60, message="ValueError: bad batch")),
    )
    (root,) = [each for each in lab.anomalies("container-exit-error") if each.root]
    assert root.subject.name == "ddp-1"


@pytest.mark.parametrize(
    "others",
    [
        (terminated(1, seconds=60), terminated(1, seconds=62)),  # one fault of the code, in all of them
        (
            terminated(0, "Completed", seconds=90),
            terminated(0, "Completed", seconds=95),
        ),  # independent shards
        (terminated(2, seconds=70), terminated(1, seconds=900)),  # each on its own
        (),  # they go on
    ],
)
def test_pods_of_a_plain_job_that_do_not_show_that_they_belong_together(others: tuple[Any, ...]) -> None:
    train = ddp()
    peers = [worker(train, number + 1, each) for number, each in enumerate(others)] or [worker(train, 1)]
    lab = Lab().apply(train, worker(train, 0, terminated(1, seconds=60)), *peers)
    assert lab.anomalies("distributed-worker-lost") == []


def training(*pods: tuple[int, dict[str, Any], dict[str, Any]]) -> Lab:
    over = condition("Failed", reason="PyTorchJobFailed", seconds=65)
    whole = thing("PyTorchJob", "sft", api="kubeflow.org/v1", status={"conditions": [over]})
    return Lab().apply(whole, *(worker(whole, number, ended, meta=meta) for number, ended, meta in pods))


def asked(second: float) -> dict[str, Any]:
    """Metadata of a pod that was told to go at a second, with 30 s of grace."""
    return {"deletionTimestamp": stamp(second + 30), "deletionGracePeriodSeconds": 30}


def test_a_training_job_whose_operator_removes_the_peers() -> None:
    lab = training((0, terminated(137, seconds=69), asked(65)), (1, terminated(3, seconds=60), {}))
    found = lab.one("distributed-worker-lost")
    assert "sft-1 (exit code 3)" in found.title
    assert lab.one("container-exit-error").root


def test_deleting_a_whole_training_job_loses_no_worker() -> None:
    lab = training((0, terminated(137, seconds=70), asked(65)), (1, terminated(137, seconds=70), asked(66)))
    assert lab.anomalies("distributed-worker-lost") == []


def test_a_launcher_that_failed_is_no_lost_worker() -> None:
    """MPI's workers are stopped when their launcher ends."""
    run = thing("MPIJob", "hpl", api="kubeflow.org/v1", spec={}, status={"conditions": []})
    role = "training.kubeflow.org/replica-type"
    worker_of = {role: "worker", "training.kubeflow.org/replica-index": "0"}
    beside = thing("Pod", "w", owner=run, labels=worker_of, spec={}, status=status("Running", running()))
    bad = status("Failed", terminated(1, seconds=60))
    first = thing("Pod", "l", owner=run, labels={role: "launcher"}, spec={}, status=bad)
    lab = Lab().apply(run, beside, first).delete(beside, seconds=62)
    over = {"conditions": [condition("Failed", reason="MPIJobFailed", seconds=63)]}
    lab.apply(thing("MPIJob", "hpl", api="kubeflow.org/v1", spec={}, status=over))
    assert lab.anomalies("distributed-worker-lost") == []
