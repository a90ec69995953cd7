"""Which anomaly explains which: direct evidence first, and every try for itself."""

from typing import Any

from tests.support.lab import Lab, condition, job, job_pod, stamp, status, terminated, thing


def tries(*ended: dict[str, Any]) -> Lab:
    """A Job whose pods ended so, one after the other, and which then gave up."""
    train = job("train", spec={"backoffLimit": len(ended) - 1})
    lab = Lab().apply(train)
    for number, each in enumerate(ended):
        made = {"creationTimestamp": stamp(100 * number)}
        lab.apply(job_pod(f"train-{number}", train, status=status("Failed", each), meta=made))
    gave_up = condition("Failed", reason="BackoffLimitExceeded", seconds=100 * len(ended))
    return lab.apply(job("train", status={"conditions": [gave_up]}))


def test_a_pods_own_exit_explains_it_before_a_worse_one_elsewhere() -> None:
    lab = tries(terminated(137, "OOMKilled", seconds=60), terminated(3, seconds=160))
    causes = {each.id: each for each in lab.anomalies()}
    explained = {
        each.subject.name: causes[each.cause].failure
        for each in lab.anomalies("pod-failed")
        if each.cause is not None
    }
    assert explained == {"train-0": "container-oom-killed", "train-1": "container-exit-error"}


def test_two_tries_that_failed_in_two_ways_are_two_roots_and_the_worse_is_the_verdict() -> None:
    lab = tries(terminated(3, seconds=60), terminated(137, "OOMKilled", seconds=160))
    roots = {each.failure for each in lab.anomalies() if each.root and each.severity != "info"}
    assert roots == {"container-exit-error", "container-oom-killed"}
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "container-oom-killed"
    assert len(verdict.also) == 1


def test_the_path_to_the_run_tells_every_step_between() -> None:
    lab = tries(terminated(3, seconds=60))
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert [step.failure for step in verdict.path] == [
        "container-exit-error",
        "pod-failed",
        "job-backoff-limit-exceeded",
    ]


def test_what_was_over_is_blamed_after_what_was_not() -> None:
    """A training that was started again after its first loss, and failed with its second."""
    api = "jobset.x-k8s.io/v1alpha2"
    train = thing("JobSet", "llm", api=api, spec={"replicatedJobs": [{"name": "w"}]})
    lab = Lab().apply(train)
    for number, second in enumerate((20, 220)):
        child = job("llm-w-0", owner=train, meta={"uid": f"uid-w-{number}"})
        made = {"creationTimestamp": stamp(200 * number)}
        first, other = terminated(1, seconds=second + 40), terminated(1, seconds=second + 60)
        for name, ended in (("a", first), ("b", other)):
            ended["state"]["terminated"]["startedAt"] = stamp(second)
            lab.apply(child, job_pod(f"{name}{number}", child, status=status("Failed", ended), meta=made))
    over = [condition("Failed", reason="ReachedMaxRestarts", seconds=300)]
    lab.apply(thing("JobSet", "llm", api=api, spec={}, status={"conditions": over}))
    verdict = lab.session("llm").verdict
    assert verdict is not None
    assert (verdict.path[0].subject.name, verdict.path[-1].failure) == ("a1", "training-job-failed")
