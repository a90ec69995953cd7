"""Training Operator: replica types are steps, a pod of the same name made again is another attempt."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, at, condition, pod, running, stamp, status, terminated, thing

LABEL = "training.kubeflow.org/"
RUNS = status("Running", running())
MAPS = {
    "PyTorchJob": "pytorchReplicaSpecs",
    "TFJob": "tfReplicaSpecs",
    "MPIJob": "mpiReplicaSpecs",
    "XGBoostJob": "xgbReplicaSpecs",
    "PaddleJob": "paddleReplicaSpecs",
    "JAXJob": "jaxReplicaSpecs",
}


def training(
    *conditions: Object, kind: str = "PyTorchJob", spec: Object | None = None, **parts: Any
) -> Object:
    replicas = {"Master": {"replicas": 1}, "Worker": {"replicas": 2, "restartPolicy": "ExitCode"}}
    body = {MAPS[kind]: replicas, "runPolicy": {"suspend": False}} | (spec or {})
    stand = {"conditions": list(conditions)} if conditions else None
    more = {"status": stand} if stand else {}
    return thing(kind, "bert", api="kubeflow.org/v1", spec=body, **more, **parts)


def says(kind: str, value: str = "True", seconds: float = 60, message: str = "") -> Object:
    return condition(kind, value, f"PyTorchJob{kind}", message, seconds)


def replica(
    role: str,
    index: int = 0,
    *,
    again: int = 0,
    kind: str = "PyTorchJob",
    labels: Object | None = None,
    **parts: Any,
) -> Object:
    """The pod of a replica; made anew it has the same name and another uid."""
    name = f"bert-{role}-{index}"
    marks = {
        LABEL + "job-name": "bert",
        LABEL + "operator-name": f"{kind.lower()}-controller",
        LABEL + "replica-type": role,
        LABEL + "replica-index": str(index),
    }
    meta = {"uid": f"uid-{name}-{again}", "creationTimestamp": stamp(10 + 100 * again)}
    return pod(name, owner=training(kind=kind), labels=labels or marks, meta=meta, **parts)


@pytest.mark.parametrize(
    ("conditions", "phase", "ended"),
    [
        ((), "Pending", None),
        ((says("Created"),), "Pending", None),
        ((says("Created"), says("Running")), "Running", None),
        ((says("Running", "False"), says("Restarting", message="bert is restarting")), "Running", None),
        ((says("Suspended"),), "Suspended", None),
        ((says("Running", "False"), says("Failed", seconds=90)), "Failed", at(90)),
        ((says("Running", "False"), says("Succeeded", seconds=90)), "Succeeded", at(90)),
    ],
)
def test_phases(conditions: tuple[Object, ...], phase: str, ended: Any) -> None:
    session = Lab().apply(training(*conditions)).session("bert")
    assert (session.engine, session.kind) == ("training-operator", "PyTorchJob")
    assert (session.phase, session.ended) == (phase, ended)


@pytest.mark.parametrize("kind", MAPS)
def test_every_kind_has_its_replicas_as_steps(kind: str) -> None:
    lab = Lab().apply(training(says("Running"), kind=kind), replica("worker", 1, kind=kind, status=RUNS))
    session = lab.session("bert")
    assert (session.kind, len(lab.sessions)) == (kind, 1)
    assert {step.name: step.phase for step in session.steps} == {"Master": "Pending", "Worker": "Running"}
    assert [each.pod for each in session.steps[1].attempts] == ["bert-worker-1"]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_whatever_comes_first_it_is_one_session(order: list[int]) -> None:
    objects = [training(says("Running")), replica("master", status=RUNS), replica("worker", status=RUNS)]
    lab = Lab().apply(*(objects[each] for each in order))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.name, session.phase, session.message) == ("bert", "Running", "")


def test_a_pod_of_the_same_name_is_the_next_attempt() -> None:
    old = replica("worker", 1, status=status("Failed", terminated(137, "OOMKilled")))
    lab = Lab().apply(training(says("Running")), replica("worker", status=RUNS), old).delete(old)
    lab.apply(training(says("Running", "False"), says("Restarting", message="is restarting")))
    lab.apply(replica("worker", 1, again=1, status=RUNS))
    session = lab.session("bert")
    assert (session.attempt, session.message) == (2, "is restarting")
    tries = [(each.number, each.pod, each.exit_code) for each in session.steps[1].attempts]
    assert tries == [(1, "bert-worker-0", None), (1, "bert-worker-1", 137), (2, "bert-worker-1", None)]


def test_pods_removed_at_its_end_tell_of_the_end() -> None:
    """With backoffLimit or a deadline all pods go before Failed is set, whatever cleanPodPolicy says."""
    bad, good = replica("worker", status=status("Failed", terminated(1))), replica("master", status=RUNS)
    lab = Lab().apply(training(says("Running")), bad, good).delete(bad, seconds=70).delete(good)
    lab.apply(training(says("Failed", message="1 Worker replica(s) failed")))
    session = lab.session("bert")
    assert {step.name: step.phase for step in session.steps} == {"Master": "Cancelled", "Worker": "Failed"}
    assert session.message == "PyTorchJobFailed: 1 Worker replica(s) failed"


@pytest.mark.parametrize(
    ("job", "wait"),
    [
        (training(), "its operator has not picked it up"),
        (training(says("Suspended")), "it is suspended, and goes on when somebody resumes it"),
        (
            training(says("Created"), spec={"runPolicy": {"managedBy": "kueue.x-k8s.io/multikueue"}}),
            "kueue.x-k8s.io/multikueue runs it, in another cluster",
        ),
    ],
)
def test_what_it_waits_for(job: Object, wait: str) -> None:
    assert Lab().apply(job).session("bert").wait == wait


def test_a_gang_has_no_pods_before_its_place() -> None:
    lab = Lab().apply(training(says("Created")))
    spec = {"minMember": 3, "queue": "research"}
    group = thing("PodGroup", "bert", api="scheduling.volcano.sh/v1beta1", owner=training(), spec=spec)
    session = lab.apply(group | {"status": {"phase": "Pending"}}).session("bert")
    assert session.wait == "waits in queue research until there is room for all 3 pods at once"


def test_labels_of_old_operators() -> None:
    bare = {"group-name": "kubeflow.org", "job-name": "bert", "replica-type": "Worker", "replica-index": "0"}
    session = (
        Lab().apply(training(says("Running")), replica("worker", labels=bare, status=RUNS)).session("bert")
    )
    assert [each.pod for each in session.steps[1].attempts] == ["bert-worker-0"]


def test_what_its_pods_tell_where_it_was_not_seen() -> None:
    session = Lab().apply(replica("master", status=RUNS), replica("worker")).session("bert")
    assert (session.kind, session.uid, session.phase) == ("PyTorchJob", "uid-pytorchjob-bert", "Running")
    assert session.message == "the PyTorchJob itself was not seen: this is what its pods tell"
    assert {step.name for step in session.steps} == {"Master", "Worker"}


def test_a_job_that_was_deleted() -> None:
    lab = (
        Lab()
        .apply(training(says("Running")), replica("worker", status=RUNS))
        .delete(training(says("Running")))
    )
    assert lab.session("bert").phase == "Cancelled"
