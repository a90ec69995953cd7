"""Prefect: flow runs by the labels of Jobs and pods, retries in a new Job, subflows of their own."""

from typing import Any

from tests.support.lab import Lab, Object, at, condition, job, job_pod, running, stamp, status, terminated

RUNS = status("Running", running(name="prefect-job"))
DONE = {"conditions": [condition("Complete", seconds=80)]}
FAILED = {"conditions": [condition("Failed", reason="BackoffLimitExceeded", message="limit", seconds=80)]}


def labels(run: str = "0b1c") -> dict[str, str]:
    return {
        "prefect.io/flow-run-id": run,
        "prefect.io/flow-run-name": "brave-otter",
        "prefect.io/flow-name": "train",
        "prefect.io/deployment-name": "nightly-train",
    }


def flow_job(name: str = "brave-otter-x1", seconds: int = 0, **parts: Any) -> Object:
    meta = {"generateName": "brave-otter-", "creationTimestamp": stamp(seconds)}
    return job(name, labels=labels(parts.pop("run", "0b1c")), meta=meta, **parts)


def flow_pod(of: Object, seconds: int = 1, **parts: Any) -> Object:
    name = f"{of['metadata']['name']}-p"
    meta = {"creationTimestamp": stamp(seconds)}
    return job_pod(name, of, labels=dict(of["metadata"]["labels"]), meta=meta, **parts)


def test_a_flow_run_is_its_job_and_pod() -> None:
    made = flow_job()
    lab = Lab().apply(flow_pod(made, status=RUNS), made)
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.kind, session.name) == ("prefect", "FlowRun", "brave-otter")
    assert (session.run, session.definition, session.phase) == ("0b1c", "nightly-train", "Running")
    assert [(each.name, len(each.attempts)) for each in session.steps] == [("train", 1)]


def test_how_its_job_ends_is_how_it_ended() -> None:
    lab = Lab().apply(flow_job(status=DONE))
    assert (lab.session("brave-otter").phase, lab.session("brave-otter").ended) == ("Succeeded", at(80))
    failed = Lab().apply(flow_job(status=FAILED)).session("brave-otter")
    assert (failed.phase, failed.message) == ("Failed", "BackoffLimitExceeded: limit")


def test_a_retry_in_a_new_job_is_the_next_attempt() -> None:
    first, second = flow_job(status=FAILED), flow_job("brave-otter-x2", 90)
    died = flow_pod(first, status=status("Failed", terminated(1, name="prefect-job", seconds=70)))
    session = Lab().apply(first, died, second, flow_pod(second, 91, status=RUNS)).session("brave-otter")
    assert (session.attempt, session.phase) == (2, "Running")
    assert [(each.number, each.phase) for each in session.steps[0].attempts] == [
        (1, "Failed"),
        (2, "Running"),
    ]


def test_clearing_up_after_the_end_changes_nothing() -> None:
    lab = Lab().apply(flow_job(status=DONE)).delete(flow_job(status=DONE), seconds=900)
    assert lab.session("brave-otter").phase == "Succeeded"


def test_another_flow_run_is_another_session() -> None:
    lab = Lab().apply(flow_job(), flow_job("sub-x", run="77aa"))
    assert sorted(each.run for each in lab.sessions.values()) == ["0b1c", "77aa"]


def test_without_the_job_its_pod_tells() -> None:
    session = Lab().apply(flow_pod(flow_job(), status=RUNS)).session("brave-otter")
    assert (session.phase, session.engine) == ("Running", "prefect")
