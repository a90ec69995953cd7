"""training-job-failed: of every kind of training, in its own words, with who failed first."""

from typing import Any

import pytest

from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)

ID = "training-job-failed"
SPEC: Object = {}


def of(kind: str, api: str, stand: Object) -> Object:
    return thing(kind, "bert", api=api, spec=SPEC, status=stand)


def failed(reason: str, message: str, kind: str = "Failed") -> Object:
    return {"conditions": [condition(kind, "True", reason, message, 90)]}


REACHED = "jobset failed due to reaching max number of restarts (first failed job: llm-workers-0)"
STATE = {"state": {"phase": "Failed", "message": "retry limit", "lastTransitionTime": stamp(90)}}


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (of("JobSet", "jobset.x-k8s.io/v1alpha2", failed("ReachedMaxRestarts", REACHED)), REACHED),
        (of("TrainJob", "trainer.kubeflow.org/v1alpha1", failed("FailedJobs", REACHED)), REACHED),
        *(
            (
                of(kind, "kubeflow.org/v1", failed(f"{kind}Failed", "1 Worker replica(s) failed")),
                "1 Worker replica",
            )
            for kind in ("PyTorchJob", "TFJob", "MPIJob", "XGBoostJob", "PaddleJob", "JAXJob")
        ),
        (of("MPIJob", "kubeflow.org/v2beta1", failed("MPIJobFailed", "launcher")), "launcher"),
        (of("Job", "batch.volcano.sh/v1alpha1", STATE), "retry limit"),
        (
            of(
                "RayJob",
                "ray.io/v1",
                {"jobDeploymentStatus": "Failed", "jobStatus": "FAILED", "reason": "AppFailed"},
            ),
            "AppFailed",
        ),
    ],
)
def test_it_failed_for_good(run: Object, words: str) -> None:
    lab = Lab().apply(run)
    found = lab.one(ID)
    assert (found.severity, found.subject.kind, found.subject.name) == ("critical", run["kind"], "bert")
    assert words in found.title


@pytest.mark.parametrize(
    "run",
    [
        of(
            "PyTorchJob",
            "kubeflow.org/v1",
            {"conditions": [condition("Failed", "False"), condition("Running")]},
        ),
        of("PyTorchJob", "kubeflow.org/v1", {"conditions": [condition("Succeeded")]}),
        of("Job", "batch.volcano.sh/v1alpha1", {"state": {"phase": "Aborted"}}),  # a person's command
        of("Job", "batch/v1", failed("BackoffLimitExceeded", "no")),  # a Job of batch has its own failures
    ],
)
def test_others(run: Object) -> None:
    assert Lab().apply(run).anomalies(ID) == []


def test_the_worker_that_failed_first_is_its_cause() -> None:
    run = of("PyTorchJob", "kubeflow.org/v1", {})

    def worker(name: str, **parts: Any) -> Object:
        return pod(name, owner=run, labels={"training.kubeflow.org/replica-type": name}, **parts)

    lab = Lab().apply(run, worker("a", status=status("Running", running())))
    lab.apply(worker("b", status=status("Failed", terminated(137, "OOMKilled", seconds=80))))
    lab.apply(of("PyTorchJob", "kubeflow.org/v1", failed("PyTorchJobFailed", "1 Worker replica(s) failed")))
    found = lab.one(ID)
    assert "Pod b failed first" in found.title
    assert found.since == at(90)
    verdict = lab.session("bert").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.path[-1].failure) == ("container-oom-killed", ID)


def test_a_jobset_of_a_trainjob_is_told_once() -> None:
    outer = of("TrainJob", "trainer.kubeflow.org/v1alpha1", failed("FailedJobs", REACHED))
    inner = of("JobSet", "jobset.x-k8s.io/v1alpha2", failed("FailedJobs", REACHED))
    inner["metadata"]["ownerReferences"] = [
        {
            "apiVersion": outer["apiVersion"],
            "kind": "TrainJob",
            "name": "bert",
            "uid": outer["metadata"]["uid"],
        }
    ]
    assert Lab().apply(outer, inner).one(ID).subject.kind == "TrainJob"


def test_the_job_that_the_message_names() -> None:
    run = of("JobSet", "jobset.x-k8s.io/v1alpha2", {})
    child = job("llm-workers-0", owner=run)
    bad = job_pod("w", child, status=status("Failed", terminated(1, seconds=80)))
    ended = of("JobSet", "jobset.x-k8s.io/v1alpha2", failed("ReachedMaxRestarts", REACHED))
    assert "Job llm-workers-0 failed first" in Lab().apply(run, child, bad, ended).one(ID).title
