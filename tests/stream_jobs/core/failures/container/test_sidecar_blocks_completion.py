"""sidecar-blocks-completion: the work is done with 0, a helper runs on; not engines' own helpers."""

import pytest

from tests.support.lab import Lab, Object, at, job, job_pod, running, status, terminated


def beside(
    helper: str, main: Object | None = None, *, after: Object | None = None, **parts: object
) -> Object:
    states = (main or terminated(0, "Completed", seconds=60), after or running(name=helper))
    spec = {
        "containers": [{"name": "main"}, {"name": helper}],
        "restartPolicy": parts.pop("restart", "Never"),
    }
    return job_pod("train-x", job("train"), spec=spec, status=status("Running", *states), **parts)


@pytest.mark.parametrize(
    ("helper", "patience"),
    [
        ("istio-proxy", 10),
        ("linkerd-proxy", 10),
        ("cloud-sql-proxy", 10),
        ("vault-agent", 10),
        ("gke-gcsfuse-sidecar", 10),
        ("airflow-xcom-sidecar", 120),
        ("log-shipper", 120),
    ],
)
def test_the_work_is_done_and_the_helper_runs(helper: str, patience: int) -> None:
    lab = Lab().apply(job("train"), beside(helper), seconds=61)
    assert lab.quiet(59 + patience).anomalies() == []
    found = lab.quiet(60 + patience).one("sidecar-blocks-completion")
    assert (found.root, found.severity, found.since) == (True, "high", at(60))
    assert f"helper container {helper} keeps the pod running" in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "sidecar-blocks-completion"


def test_it_is_over_when_the_helper_ends() -> None:
    lab = Lab().apply(job("train"), beside("istio-proxy"), seconds=61).quiet(200)
    lab.apply(beside("istio-proxy", after=terminated(0, "Completed", name="istio-proxy", seconds=210)))
    found = lab.one("sidecar-blocks-completion")
    assert (found.until, found.severity) == (at(210), "info")


@pytest.mark.parametrize(
    "item",
    [
        beside("istio-proxy", terminated(1)),  # the program failed: that is the failure
        beside("istio-proxy", running()),
        beside("preprocess"),  # two that work; one takes longer
        beside("worker"),
        beside("wait", labels={"workflows.argoproj.io/workflow": "w"}),  # Argo's own: it stores the outputs
        beside("step-train", labels={"tekton.dev/taskRun": "t"}),  # one step after the other
        beside("istio-proxy", restart="Always"),  # a server's container that ended: another failure
        beside("istio-proxy", after=terminated(137, name="istio-proxy", seconds=65)),
    ],
)
def test_lookalikes(item: Object) -> None:
    assert Lab().apply(job("train"), item).quiet(900).anomalies("sidecar-blocks-completion") == []


def test_a_native_sidecar_ends_with_the_program() -> None:
    spec = {
        "containers": [{"name": "main"}],
        "initContainers": [{"name": "istio-proxy", "restartPolicy": "Always"}],
        "restartPolicy": "Never",
    }
    states = status(
        "Running", terminated(0, "Completed"), initContainerStatuses=[running(name="istio-proxy")]
    )
    lab = Lab().apply(job("train"), job_pod("train-x", job("train"), spec=spec, status=states))
    assert lab.quiet(900).anomalies("sidecar-blocks-completion") == []
