"""Jobs: their phases, attempts, and what is left where the Job or its pods are not there."""

from datetime import datetime

import pytest

from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)


@pytest.mark.parametrize(
    ("conditions", "phase", "ended"),
    [
        ([], "Pending", None),
        ([condition("Complete", reason="CompletionsReached", seconds=90)], "Succeeded", at(90)),
        ([condition("Failed", reason="BackoffLimitExceeded", seconds=90)], "Failed", at(90)),
        ([condition("Failed", "False"), condition("Complete", seconds=90)], "Succeeded", at(90)),
        ([condition("SuccessCriteriaMet", seconds=80)], "Pending", None),
        ([condition("FailureTarget", reason="DeadlineExceeded", seconds=80)], "Running", None),
        ([condition("Suspended", reason="JobSuspended", seconds=1)], "Suspended", None),
    ],
)
def test_only_complete_and_failed_end_a_job(
    conditions: list[Object], phase: str, ended: datetime | None
) -> None:
    session = Lab().apply(job("train", status={"conditions": conditions})).session("train")
    assert (session.engine, session.kind, session.phase, session.ended) == ("job", "Job", phase, ended)


def test_the_reason_of_a_failure_shows_before_the_last_pod_is_gone() -> None:
    failing = condition("FailureTarget", reason="DeadlineExceeded", message="Job was active too long")
    session = Lab().apply(job("train", status={"conditions": [failing]})).session("train")
    assert session.message == "DeadlineExceeded: Job was active too long"


def test_a_suspended_job_says_what_it_waits_for() -> None:
    suspended = condition("Suspended", reason="JobSuspended")
    session = Lab().apply(job("train", status={"conditions": [suspended]})).session("train")
    assert "suspend" in session.wait


def test_pods_are_attempts_by_creation() -> None:
    train = job("train")
    first = job_pod("train-a", train, status=status("Failed", terminated(1)), meta=made(1))
    second = job_pod("train-b", train, status=status("Running", running(seconds=40)), meta=made(30))
    (step,) = Lab().apply(train, second, first).session("train").steps
    assert [(each.number, each.pod, each.phase) for each in step.attempts] == [
        (1, "train-a", "Failed"),
        (2, "train-b", "Running"),
    ]
    assert step.ended is None


def test_attempts_of_an_indexed_job_count_within_their_index() -> None:
    train = job("train")
    shard = "batch.kubernetes.io/job-completion-index"
    pods = [
        job_pod(f"train-{name}", train, labels={shard: index}, meta=made(second))
        for second, (name, index) in enumerate([("a", "0"), ("b", "1"), ("c", "1")])
    ]
    (step,) = Lab().apply(train, *pods).session("train").steps
    assert [(each.pod, each.number) for each in step.attempts] == [
        ("train-a", 1),
        ("train-b", 1),
        ("train-c", 2),
    ]


def test_what_it_asks_for_is_what_runs_at_once() -> None:
    train = job("train")
    pods = [
        job_pod(
            "train-a", train, spec=gpus(4), status=status("Failed", terminated(1, seconds=50)), meta=made(1)
        ),
        job_pod("train-b", train, spec=gpus(4), status=status("Running", running(seconds=62)), meta=made(60)),
        job_pod("train-c", train, spec=gpus(4), status=status("Running", running(seconds=62)), meta=made(61)),
    ]
    requests = Lab().apply(train, *pods).session("train").requests
    assert (requests.gpus, requests.memory_bytes) == (8, 2 * 2**30)


def test_a_pod_of_an_old_cluster_is_claimed_by_the_label_of_that_time() -> None:
    train = job("train")
    old = job_pod("train-a", train, labels={"controller-uid": train["metadata"]["uid"]})
    del old["metadata"]["labels"]["batch.kubernetes.io/controller-uid"]
    del old["metadata"]["ownerReferences"]
    lab = Lab().apply(train, old)
    assert [each.pod for step in lab.session("train").steps for each in step.attempts] == ["train-a"]
    assert len(lab.sessions) == 1


def test_pods_whose_job_was_not_seen_are_a_run_that_says_so() -> None:
    train = job("train")
    labels = {"batch.kubernetes.io/job-name": "train"}
    lost = job_pod("train-a", train, labels=labels, status=status("Running", running()))
    session = Lab().apply(lost).session("train")
    assert (session.phase, session.uid) == ("Running", train["metadata"]["uid"])
    assert "not seen" in session.message
    assert [step.name for step in session.steps] == ["main"]


def test_a_late_job_and_its_pods_are_one_run() -> None:
    train = job("train")
    lab = Lab().apply(job_pod("train-a", train, status=status("Running", running())), train)
    assert [each.name for each in lab.sessions.values() if not each.withdrawn] == ["train"]
    assert lab.session("train").message == ""


def test_a_job_of_the_same_name_is_another_run() -> None:
    again = job("train", meta={"uid": "uid-again"})
    lab = Lab().apply(job("train")).delete(job("train")).apply(again)
    assert sorted(each.phase for each in lab.sessions.values()) == ["Cancelled", "Pending"]


def test_a_job_deleted_while_it_runs_is_cancelled() -> None:
    train = job("train")
    session = Lab().apply(train).delete(train, seconds=50).session("train")
    assert (session.phase, session.ended, session.deleted) == ("Cancelled", at(50), at(50))


def test_a_job_deleted_after_its_end_keeps_its_outcome() -> None:
    done = job("train", status={"conditions": [condition("Complete", seconds=40)]})
    session = Lab().apply(done).delete(done, seconds=90).session("train")
    assert (session.phase, session.ended, session.deleted) == ("Succeeded", at(40), at(90))


def test_pods_that_a_deleted_job_leaves_behind_keep_it_open() -> None:
    """`kubectl delete job --cascade=orphan` takes the owner from the pods, and nothing stops them."""
    train = job("train")
    pod = job_pod("train-a", train, status=status("Running", running()))
    orphan = job_pod("train-a", train, status=status("Running", running()))
    del orphan["metadata"]["ownerReferences"]
    lab = Lab().apply(train, pod, orphan).delete(train)
    assert (lab.session("train").phase, lab.session("train").deleted is not None) == ("Running", True)
    ended = orphan | {"status": status("Succeeded", terminated(0, "Completed"))}
    assert lab.apply(ended).session("train").phase == "Cancelled"


@pytest.mark.parametrize(
    ("state", "waits"),
    [
        ({"failed": 1, "active": 0}, True),
        ({"failed": 1, "active": 1}, False),
        ({"failed": 1, "conditions": [condition("FailureTarget", reason="BackoffLimitExceeded")]}, False),
        ({"failed": 1, "conditions": [condition("Failed", reason="BackoffLimitExceeded")]}, False),
    ],
)
def test_between_two_tries_a_job_waits(state: Object, waits: bool) -> None:
    train = job("train", status=state)
    first = job_pod("train-a", train, status=status("Failed", terminated(1)))
    wait = Lab().apply(train, first).session("train").wait
    assert wait == ("no pod is at work: after 1 failed, the next is made when the back-off is over" * waits)


def test_a_job_of_another_group_is_none() -> None:
    gang = thing("Job", "gang", api="batch.volcano.sh/v1alpha1", spec={}, status={})
    assert {each.engine for each in Lab().apply(gang).sessions.values()} == {"volcano"}


def made(second: float) -> Object:
    return {"creationTimestamp": stamp(second)}


def gpus(count: int) -> Object:
    limits = {"nvidia.com/gpu": str(count), "memory": "1Gi"}
    return {"containers": [{"name": "main", "resources": {"limits": limits}}]}
