"""init-container-failed: the preparation's own end is the root; sidecars and stops are not failures."""

from typing import Any

from tests.support.lab import Lab, condition, job, job_pod, stamp, status, terminated, waiting

SPEC = {"initContainers": [{"name": "fetch-data"}], "containers": [{"name": "main"}]}
INITIALIZING = waiting("PodInitializing")


def failed(*init: dict[str, Any], phase: str = "Failed", **more: Any) -> dict[str, Any]:
    state = status(phase, INITIALIZING) | {"initContainerStatuses": list(init)}
    return job_pod("train-x", job("train"), spec=more.pop("spec", SPEC), status=state, **more)


def test_the_path_leads_from_the_exit_over_the_preparation_to_the_job() -> None:
    gave_up = condition("Failed", reason="BackoffLimitExceeded", seconds=65)
    lab = Lab().apply(job("train"), failed(terminated(22, name="fetch-data")))
    lab.apply(job("train", status={"conditions": [gave_up]}))
    assert lab.one("container-exit-error").root
    found = lab.one("init-container-failed")
    assert not found.root
    assert "main did not start" in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    path = [step.failure for step in verdict.path]
    assert path[:2] == ["container-exit-error", "init-container-failed"]
    assert path[-1] == "job-backoff-limit-exceeded"


def test_memory_may_be_the_reason() -> None:
    lab = Lab().apply(job("train"), failed(terminated(137, "OOMKilled", name="fetch-data")))
    assert lab.one("container-oom-killed").root
    assert not lab.one("init-container-failed").root


def test_a_loop_of_the_preparation_is_found_while_it_waits() -> None:
    looping = waiting("CrashLoopBackOff", name="fetch-data", restartCount=1, lastState=terminated(1)["state"])
    lab = Lab().apply(job("train"), failed(looping, phase="Pending"))
    assert lab.one("init-container-failed").state == "open"


def test_a_preparation_that_worked_at_the_second_try_is_a_note() -> None:
    again = waiting("CrashLoopBackOff", name="fetch-data", restartCount=1, lastState=terminated(1)["state"])
    lab = Lab().apply(job("train"), failed(again, phase="Pending"))
    good = terminated(0, "Completed", name="fetch-data", seconds=80) | {"restartCount": 2}
    lab.apply(failed(good, phase="Pending"), seconds=81)
    assert lab.one("init-container-failed").state == "closed"
    assert lab.failures().isdisjoint({"init-container-failed", "container-exit-error"})


def test_a_native_sidecar_is_no_preparation() -> None:
    spec = {
        "initContainers": [{"name": "proxy", "restartPolicy": "Always"}],
        "containers": [{"name": "main"}],
    }
    lab = Lab().apply(job("train"), failed(terminated(1, name="proxy"), phase="Running", spec=spec))
    assert lab.anomalies("init-container-failed") == []


def test_a_pod_deleted_while_it_prepared_did_not_fail() -> None:
    meta = {"deletionTimestamp": stamp(70), "deletionGracePeriodSeconds": 30}
    lab = Lab().apply(job("train"), failed(terminated(143, name="fetch-data"), meta=meta))
    assert lab.anomalies("init-container-failed") == []
