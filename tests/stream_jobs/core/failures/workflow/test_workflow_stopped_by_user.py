"""workflow-stopped-by-user: who asked, in Argo's and Tekton's fields; what the pods say is an effect."""

import pytest

from tests.support.lab import Lab, Object, condition, stamp, status, terminated, thing
from tests.support.pipelines import step, step_pod, workflow

PATCH = {"manager": "kubectl-patch", "operation": "Update", "time": stamp(40), "fields": ["spec.shutdown"]}


def test_who_stopped_it_and_when() -> None:
    stop: Object = {"shutdown": "Terminate"}
    owner = workflow("etl", "Running")
    lab = Lab().apply(
        owner, workflow("etl", "Running", spec=stop, meta={"managedFields": [PATCH]}), seconds=40
    )
    lab.apply(step_pod("etl", owner, status=status("Failed", terminated(143, seconds=45))))
    lab.apply(
        workflow("etl", "Failed", "Stopped with strategy 'Terminate'", step("etl", "Failed"), spec=stop)
    )
    found = lab.one("workflow-stopped-by-user")
    assert found.title == "Workflow etl was told to stop at 2026-11-24 12:00:40 UTC by kubectl-patch"
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert verdict.failure == "workflow-stopped-by-user"
    assert not lab.one("container-killed-by-signal").root


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"shutdown": "Stop"}, ""),
        ({}, "Stopped with strategy 'Stop'"),
        ({}, "workflow shutdown with strategy:  Terminate"),
        ({"activeDeadlineSeconds": 0}, "Workflow timed out"),  # how Kubeflow Pipelines terminates
    ],
)
def test_argo_s_ways(spec: Object, message: str) -> None:
    assert Lab().apply(workflow("etl", "Failed", message, spec=spec)).one("workflow-stopped-by-user").root


@pytest.mark.parametrize("asked", ["Cancelled", "CancelledRunFinally", "StoppedRunFinally"])
def test_tekton_s_ways(asked: str) -> None:
    told = {"conditions": [condition("Succeeded", "False", "Cancelled", "was cancelled")]}
    runs = [
        thing("PipelineRun", "a", api="tekton.dev/v1", spec={"status": asked}),
        thing("PipelineRun", "b", api="tekton.dev/v1", status=told),
    ]
    assert len(Lab().apply(*runs).anomalies("workflow-stopped-by-user")) == 2


def test_kuberay_s_way() -> None:
    told = {"jobDeploymentStatus": "Complete", "jobStatus": "STOPPED", "endTime": stamp(50)}
    found = Lab().apply(thing("RayJob", "tune", api="ray.io/v1", status=told)).one("workflow-stopped-by-user")
    assert found.title == "RayJob tune was told to stop at 2026-11-24 12:00:50 UTC"


def test_a_failure_is_no_stop() -> None:
    told = {"conditions": [condition("Succeeded", "False", "Failed", "Tasks failed")]}
    run = thing("PipelineRun", "b", api="tekton.dev/v1", spec={"status": "PipelineRunPending"}, status=told)
    lab = Lab().apply(workflow("etl", "Failed", "child 'a' failed", spec={"activeDeadlineSeconds": 60}), run)
    assert lab.anomalies("workflow-stopped-by-user") == []
