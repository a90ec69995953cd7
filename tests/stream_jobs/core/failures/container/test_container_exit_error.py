"""container-exit-error is the program's own end, and none that came from outside."""

from typing import Any

import pytest

from tests.support.lab import Lab, at, condition, job, job_pod, pod, running, stamp, status, terminated

NCCL = "RuntimeError: NCCL error:\n\tremote process exited\x00"


def failed(code: int, reason: str = "Error", **more: Any) -> Lab:
    return Lab().apply(
        job("train"),
        job_pod("train-x", job("train"), status=status("Failed", terminated(code, reason, **more))),
    )


@pytest.mark.parametrize(
    ("code", "words"), [(1, "raised an error"), (2, "wrong arguments"), (42, "42"), (255, "unknown")]
)
def test_it_says_the_code_in_plain_words(code: int, words: str) -> None:
    lab = failed(code)
    found = lab.one("container-exit-error")
    assert found.root
    assert words in found.title
    assert "train-x" in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "container-exit-error"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0, "Completed"),
        (137, "Error"),
        (143, "Error"),
        (127, "Error"),
        (126, "Error"),
        (139, "Error"),
        (128, "StartError"),
        (1, "OOMKilled"),
        (137, "ContainerStatusUnknown"),
    ],
)
def test_ends_of_another_kind(code: int, reason: str) -> None:
    assert failed(code, reason).anomalies("container-exit-error") == []


def test_the_termination_message_is_evidence_on_one_line() -> None:
    found = failed(1, message=NCCL).one("container-exit-error")
    assert found.evidence[0].says.endswith("RuntimeError: NCCL error: remote process exited")
    assert found.evidence[0].at == at(60)


def test_the_command_for_the_log_can_be_typed() -> None:
    assert failed(1).one("container-exit-error").playbook[0] == "kubectl -n ml logs train-x -c main"
    again = running(seconds=62, restartCount=1, lastState=terminated(1)["state"])
    lab = Lab().apply(pod("server", status=status("Running", again)))
    assert lab.one("container-exit-error").playbook[0] == "kubectl -n ml logs server -c main --previous"


def test_a_helpers_own_program_is_asked_for_its_words() -> None:
    spec = {"containers": [{"name": "main", "command": ["/usr/bin/curl", "-f", "https://data"]}]}
    lab = Lab().apply(pod("fetch", spec=spec, status=status("Failed", terminated(6))))
    assert "could not resolve the host" in lab.one("container-exit-error").title


def test_a_program_that_ends_when_told_to_go_did_not_fail() -> None:
    meta = {"deletionTimestamp": stamp(85), "deletionGracePeriodSeconds": 30}  # asked at 55
    gone = job_pod("train-x", job("train"), status=status("Failed", terminated(1)), meta=meta)
    assert Lab().apply(job("train"), gone).anomalies("container-exit-error") == []


def test_a_program_that_failed_before_it_was_deleted_did_fail() -> None:
    meta = {"deletionTimestamp": stamp(95), "deletionGracePeriodSeconds": 30}  # asked at 65
    gone = job_pod("train-x", job("train"), status=status("Failed", terminated(1)), meta=meta)
    assert Lab().apply(job("train"), gone).one("container-exit-error").root


@pytest.mark.parametrize(
    "state",
    [
        status("Failed", terminated(1), reason="Evicted", message="The node was low on resource: memory."),
        status("Failed", terminated(1), reason="DeadlineExceeded"),
        status(
            "Failed",
            terminated(1),
            conditions=[condition("DisruptionTarget", reason="PreemptionByScheduler", seconds=50)],
        ),
    ],
)
def test_a_pod_that_the_cluster_ended_is_not_the_programs_fault(state: dict[str, Any]) -> None:
    lab = Lab().apply(job("train"), job_pod("train-x", job("train"), status=state))
    assert lab.anomalies("container-exit-error") == []


def test_an_end_after_killing_is_a_stop_whatever_its_code() -> None:
    ended = job_pod("train-x", job("train"), status=status("Failed", terminated(1)))
    lab = Lab().apply(job("train"), ended)
    lab.event(ended, "Killing", "Container main failed liveness probe, will be restarted", seconds=58)
    assert lab.anomalies("container-exit-error") == []


def test_a_retry_that_went_well_leaves_a_note() -> None:
    train = job("train", spec={"backoffLimit": 1})
    lab = Lab().apply(train, job_pod("train-1", train, status=status("Failed", terminated(1))))
    lab.apply(job_pod("train-2", train, status=status("Succeeded", terminated(0, "Completed"))))
    done = condition("Complete", seconds=70)
    lab.apply(job("train", status={"succeeded": 1, "failed": 1, "conditions": [done]}))
    assert lab.one("container-exit-error").severity == "info"
    assert lab.session("train").verdict is None


def test_each_try_of_a_job_fails_for_itself_and_workers_at_one_time_together() -> None:
    train = job("train", spec={"backoffLimit": 1})
    retry = {"creationTimestamp": stamp(75)}
    lab = Lab().apply(train, job_pod("train-1", train, status=status("Failed", terminated(1))))
    lab.apply(job_pod("train-2", train, status=status("Failed", terminated(1, seconds=90)), meta=retry))
    assert [each.root for each in lab.anomalies("container-exit-error")] == [True, True]

    twins = Lab().apply(
        *(job_pod(f"w-{number}", train, status=status("Failed", terminated(1))) for number in "102")
    )
    assert [each.subject.name for each in twins.anomalies("container-exit-error") if each.root] == ["w-0"]


def test_a_sidecar_that_ends_after_a_good_run_is_none_of_our_business() -> None:
    spec = {
        "initContainers": [{"name": "proxy", "restartPolicy": "Always"}],
        "containers": [{"name": "main"}],
    }
    state = status("Succeeded", terminated(0, "Completed")) | {
        "initContainerStatuses": [terminated(2, name="proxy", seconds=62)]
    }
    lab = Lab().apply(pod("train", spec=spec, status=state))
    assert lab.anomalies("container-exit-error") == []
