"""container-oom-killed fires on the reason alone, and names container and limit."""

from tests.support.lab import Lab, condition, job, job_pod, stamp, status, terminated


def with_limit(limit: str) -> dict[str, object]:
    return {"containers": [{"name": "main", "resources": {"limits": {"memory": limit}}}]}


def test_a_job_killed_for_memory_names_the_limit_and_is_the_root() -> None:
    train = job("train")
    killed = job_pod(
        "train-x", train, spec=with_limit("16Gi"), status=status("Failed", terminated(137, "OOMKilled"))
    )
    failed = condition("Failed", reason="BackoffLimitExceeded", seconds=62)
    lab = Lab().apply(train, killed, job("train", status={"conditions": [failed]}))

    found = lab.one("container-oom-killed")
    assert found.root
    assert found.severity == "critical"
    assert "16 GiB" in found.title
    assert "main" in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert [step.failure for step in verdict.path] == ["container-oom-killed", "job-backoff-limit-exceeded"]


def test_a_killed_child_process_has_exit_code_1() -> None:
    lab = Lab().apply(job_pod("train-x", job("train"), status=status("Failed", terminated(1, "OOMKilled"))))
    assert (
        lab.one("container-oom-killed").evidence[0].says.startswith("container main: OOMKilled, exit code 1")
    )


def test_137_without_the_reason_is_a_kill_from_elsewhere() -> None:
    lab = Lab().apply(job_pod("train-x", job("train"), status=status("Failed", terminated(137))))
    assert lab.anomalies("container-oom-killed") == []


def test_each_life_of_a_restarted_container_is_one_occurrence() -> None:
    owner = job("train")
    ended = {"exitCode": 137, "reason": "OOMKilled", "finishedAt": stamp(30)}
    again = {"name": "main", "restartCount": 1, "state": {"running": {}}, "lastState": {"terminated": ended}}
    lab = Lab().apply(
        owner, job_pod("train-x", owner, status=status("Running", terminated(137, "OOMKilled", seconds=30)))
    )
    lab.apply(job_pod("train-x", owner, status=status("Running", again)))
    assert len(lab.anomalies("container-oom-killed")) == 1
