"""MPI Operator: the launcher is a Job, the workers are pods of the MPIJob; v1 is another operator's."""

from typing import Any

import pytest

from tests.support.lab import (
    Lab,
    Object,
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

LABEL = "training.kubeflow.org/"
RUNS = status("Running", running())


def mpi_job(*conditions: Object, api: str = "v2beta1", **spec: Any) -> Object:
    replicas = {"Launcher": {"replicas": 1}, "Worker": {"replicas": 2}}
    body = {"mpiReplicaSpecs": replicas} | spec
    return thing(
        "MPIJob", "hpl", api=f"kubeflow.org/{api}", spec=body, status={"conditions": list(conditions)}
    )


def marks(role: str, **more: str) -> dict[str, str]:
    found = {"operator-name": "mpi-operator", "job-name": "hpl", "job-role": role} | more
    return {LABEL + name: value for name, value in found.items()}


def launcher(number: int, **parts: Any) -> list[Object]:
    made = job("hpl-launcher", owner=mpi_job(), labels={"app": "hpl"})
    meta = {"creationTimestamp": stamp(10 + 100 * number)}
    return [made, job_pod(f"hpl-launcher-{number}", made, labels=marks("launcher"), meta=meta, **parts)]


def worker(index: int, again: int = 0, **parts: Any) -> Object:
    labels = marks("worker", **{"replica-type": "worker", "replica-index": str(index)})
    meta = {"uid": f"uid-worker-{index}-{again}", "creationTimestamp": stamp(5 + 100 * again)}
    return pod(f"hpl-worker-{index}", owner=mpi_job(), labels=labels, meta=meta, **parts)


def test_launcher_and_workers_are_steps_of_one_session() -> None:
    lab = Lab().apply(mpi_job(condition("Running")), worker(0, status=RUNS), worker(1, status=RUNS))
    lab.apply(*launcher(0, status=status("Failed", terminated(1))), *launcher(1, status=RUNS))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.kind, session.name, session.phase) == ("mpi", "MPIJob", "hpl", "Running")
    assert {step.name: step.phase for step in session.steps} == {"Launcher": "Running", "Worker": "Running"}
    assert [(each.number, each.pod) for each in session.steps[0].attempts] == [
        (1, "hpl-launcher-0"),
        (2, "hpl-launcher-1"),
    ]


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_whatever_comes_first_it_is_one_session(order: list[int]) -> None:
    objects = [mpi_job(condition("Running")), worker(0, status=RUNS), *launcher(0, status=RUNS)]
    lab = Lab().apply(*(objects[each] for each in order))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.name, session.message) == ("mpi", "hpl", "")


def test_a_worker_of_the_same_name_is_the_next_attempt() -> None:
    old = worker(0, status=status("Failed", terminated(137)))
    lab = Lab().apply(mpi_job(condition("Running")), old).delete(old).apply(worker(0, again=1, status=RUNS))
    tries = lab.session("hpl").steps[1].attempts
    assert [(each.number, each.pod) for each in tries] == [(1, "hpl-worker-0"), (2, "hpl-worker-0")]


@pytest.mark.parametrize(
    ("kind", "phase", "message"),
    [
        ("Succeeded", "Succeeded", ""),
        ("Failed", "Failed", "MPIJobFailed: launcher failed"),
        ("Suspended", "Suspended", "launcher failed"),
    ],
)
def test_phases(kind: str, phase: str, message: str) -> None:
    told = condition(kind, reason=f"MPIJob{kind}", message="launcher failed")
    session = Lab().apply(mpi_job(told)).session("hpl")
    assert (session.phase, session.message) == (phase, message)


def test_a_launcher_that_waits_for_the_workers() -> None:
    session = Lab().apply(mpi_job(launcherCreationPolicy="WaitForWorkersReady")).session("hpl")
    assert {step.name: step.after for step in session.steps} == {"Launcher": ("Worker",), "Worker": ()}


def test_the_same_kind_of_the_training_operator() -> None:
    session = Lab().apply(mpi_job(condition("Running"), api="v1")).session("hpl")
    assert session.engine == "training-operator"


def test_what_its_pods_tell_where_it_was_not_seen() -> None:
    lab = Lab().apply(worker(0, status=RUNS))
    session = lab.session("hpl")
    assert (session.engine, session.uid, session.phase) == ("mpi", "uid-mpijob-hpl", "Running")
    assert session.message == "the MPIJob itself was not seen: this is what its pods tell"
