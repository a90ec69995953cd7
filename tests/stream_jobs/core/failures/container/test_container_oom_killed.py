"""container-oom-killed fires on the reason alone, and names container and limit."""

from tests.support.lab import Lab, condition, job, job_pod, running, stamp, status, terminated


def with_limit(limit: str) -> dict[str, object]:
    return {"containers": [{"name": "main", "resources": {"limits": {"memory": limit}}}]}


def restarted(restart: int, second: float, *, reason: str = "OOMKilled") -> dict[str, object]:
    """A container that runs again since a second after the end of its life before."""
    ended = {
        "exitCode": 137,
        "reason": reason,
        "startedAt": stamp(second - 20),
        "finishedAt": stamp(second - 1),
    }
    return running(seconds=second, restartCount=restart, lastState={"terminated": ended})


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
    assert verdict.path[0].failure == "container-oom-killed"
    assert verdict.path[-1].failure == "job-backoff-limit-exceeded"


def test_a_killed_child_process_has_exit_code_1() -> None:
    lab = Lab().apply(job_pod("train-x", job("train"), status=status("Failed", terminated(1, "OOMKilled"))))
    found = lab.one("container-oom-killed")
    assert found.evidence[0].says.startswith("container main: OOMKilled, exit code 1")
    assert "data loader" in found.explanation
    assert lab.anomalies("container-exit-error") == []


def test_its_last_words_are_evidence_and_where_there_are_none_its_log_is_named() -> None:
    for message in ("epoch 3\nallocating 12 GiB", ""):
        ended = terminated(137, "OOMKilled", message=message)
        lab = Lab().apply(job_pod("train-x", job("train"), status=status("Failed", ended)))
        found = lab.one("container-oom-killed")
        log = "kubectl -n ml logs train-x -c main"
        assert ("epoch 3 allocating 12 GiB" in found.evidence[0].says) == bool(message)
        assert (log in found.playbook) == (not message)


def test_137_without_the_reason_is_a_kill_from_elsewhere() -> None:
    lab = Lab().apply(job_pod("train-x", job("train"), status=status("Failed", terminated(137))))
    assert lab.anomalies("container-oom-killed") == []


def test_a_placeholder_137_is_no_memory_kill() -> None:
    lost = terminated(137, "ContainerStatusUnknown", startedAt=None, finishedAt=None)
    lab = Lab().apply(job_pod("train-x", job("train"), status=status("Failed", lost)))
    assert lab.anomalies("container-oom-killed") == []


def test_lives_that_end_so_in_a_row_are_one_incident_with_a_count() -> None:
    owner = job("train")
    lab = Lab().apply(owner)
    for restart in (1, 2, 3):
        lab.apply(job_pod("train-x", owner, status=status("Running", restarted(restart, 30.0 * restart))))
    found = lab.one("container-oom-killed")
    assert "3 times" in found.title
    assert found.state == "open"


def test_a_restart_that_went_well_for_ten_minutes_is_history() -> None:
    owner = job("train")
    lab = Lab().apply(owner, job_pod("train-x", owner, status=status("Running", restarted(1, 60))))
    lab.quiet(60 + 590)
    assert lab.one("container-oom-killed").state == "open"
    lab.quiet(60 + 601)
    found = lab.one("container-oom-killed")
    assert found.state == "closed"
    assert found.severity == "info"


def test_a_new_kill_after_a_long_good_life_is_a_new_incident() -> None:
    owner = job("train")
    lab = Lab().apply(owner, job_pod("train-x", owner, status=status("Running", restarted(1, 60))))
    later = {"exitCode": 137, "reason": "OOMKilled", "startedAt": stamp(60), "finishedAt": stamp(4000)}
    again = running(seconds=4001, restartCount=2, lastState={"terminated": later})
    lab.apply(job_pod("train-x", owner, status=status("Running", again)), seconds=4001)
    first, second = lab.anomalies("container-oom-killed")
    assert (first.state, second.state) == ("closed", "open")
