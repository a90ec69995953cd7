"""Volcano: a Job that is none of batch's; tasks are steps, and so are the Jobs of a JobFlow."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, at, job, pod, running, stamp, status, terminated, thing

API, FLOW_API = "batch.volcano.sh/v1alpha1", "flow.volcano.sh/v1alpha1"
RUNS = status("Running", running())
TASKS = [
    {"name": "master", "replicas": 1},
    {"name": "worker", "replicas": 2, "dependsOn": {"name": ["master"]}},
]


def volcano(
    phase: str = "",
    name: str = "mpi",
    *,
    state: Object | None = None,
    owner: Object | None = None,
    **parts: Any,
) -> Object:
    stand: Object = {"state": {"phase": phase, "lastTransitionTime": stamp(90)} | (state or {})}
    # Its conditions are phases, without a type.
    stand["conditions"] = [{"status": "Pending", "lastTransitionTime": stamp(1)}, {"status": phase}]
    spec = {"minAvailable": 3, "queue": "default", "tasks": TASKS}
    return thing("Job", name, api=API, owner=owner, spec=spec, status=stand | parts.pop("stand", {}), **parts)


def member(task: str, index: int = 0, *, again: int = 0, of: Object | None = None, **parts: Any) -> Object:
    held = of or volcano()
    name = f"{held['metadata']['name']}-{task}-{index}"
    labels = {
        "volcano.sh/job-name": held["metadata"]["name"],
        "volcano.sh/task-spec": task,
        "volcano.sh/task-index": str(index),
    }
    meta = {"uid": f"uid-{name}-{again}", "creationTimestamp": stamp(5 + 100 * again)} | parts.pop("meta", {})
    return pod(name, owner=held, labels=labels, meta=meta, **parts)


@pytest.mark.parametrize(
    ("phase", "told", "ended"),
    [
        ("", "Pending", None),
        ("Pending", "Pending", None),
        ("Running", "Running", None),
        ("Restarting", "Running", None),
        ("Completing", "Running", None),
        ("Completed", "Succeeded", at(90)),
        ("Aborted", "Cancelled", at(90)),
        ("Terminated", "Cancelled", at(90)),
        ("Failed", "Failed", at(90)),
    ],
)
def test_phases(phase: str, told: str, ended: Any) -> None:
    session = Lab().apply(volcano(phase)).session("mpi")
    assert (session.engine, session.kind, session.phase, session.ended) == ("volcano", "Job", told, ended)


def test_a_policy_that_aborts_after_a_failure_is_a_failure() -> None:
    bad = member("worker", status=status("Failed", terminated(3, seconds=60)))
    session = Lab().apply(volcano("Running"), bad, volcano("Aborted")).session("mpi")
    assert (session.phase, session.message) == ("Failed", "Aborted after its pod mpi-worker-0 had failed")


def test_a_pod_that_was_killed_by_the_abort_is_none() -> None:
    killed = status("Failed", terminated(137, seconds=70))
    told = {"deletionTimestamp": stamp(65), "deletionGracePeriodSeconds": 5}
    lab = Lab().apply(volcano("Running"), member("worker", status=killed, meta=told), volcano("Aborted"))
    assert lab.session("mpi").phase == "Cancelled"


def test_tasks_are_steps_and_a_pod_made_again_is_the_next_attempt() -> None:
    old = member("worker", 1, status=status("Failed", terminated(1)))
    lab = Lab().apply(volcano("Running"), member("master", status=RUNS), old).delete(old)
    lab.apply(volcano("Running", stand={"retryCount": 1}), member("worker", 1, again=1, status=RUNS))
    session = lab.session("mpi")
    assert (session.attempt, len(lab.sessions)) == (2, 1)
    assert [(step.name, step.phase, step.after) for step in session.steps] == [
        ("master", "Running", ()),
        ("worker", "Running", ("master",)),
    ]
    assert [(each.number, each.pod) for each in session.steps[1].attempts] == [
        (1, "mpi-worker-1"),
        (2, "mpi-worker-1"),
    ]


def test_a_job_of_batch_with_the_same_name_is_another() -> None:
    other = job("mpi", meta={"uid": "uid-batch"})
    lab = Lab().apply(volcano("Running"), other)
    assert {each.engine for each in lab.sessions.values()} == {"volcano", "job"}


def test_a_gang_that_waits_has_no_pods() -> None:
    spec = {"minMember": 3, "queue": "default"}
    group = thing("PodGroup", "mpi-uid", api="scheduling.volcano.sh/v1beta1", owner=volcano(), spec=spec)
    lab = Lab().apply(volcano("Pending"), group | {"status": {"phase": "Pending"}})
    session = lab.session("mpi")
    assert session.wait == "waits in queue default until there is room for all 3 pods at once"
    assert len(lab.sessions) == 1


def test_started_by_its_cronjob() -> None:
    cron = thing("CronJob", "nightly", api=API)
    session = Lab().apply(volcano("Running", "nightly-29870640", owner=cron)).session("nightly-29870640")
    assert (session.definition, session.trigger) == ("nightly", "schedule")


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0]])
def test_a_jobflow_is_one_run_with_its_jobs_as_steps(order: list[int]) -> None:
    flows = [{"name": "prepare"}, {"name": "train", "dependsOn": {"targets": ["prepare"]}}]
    state = {"state": {"phase": "Running"}}
    flow = thing("JobFlow", "etl", api=FLOW_API, spec={"flows": flows}, status=state)
    made = volcano(
        "Completed", "etl-prepare", owner=flow, labels={"volcano.sh/createdByJobTemplate": "ml.prepare"}
    )
    done = member("master", of=made, status=status("Succeeded", terminated(0, "Completed")))
    objects = [flow, made, done]
    lab = Lab().apply(*(objects[each] for each in order))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.kind, session.name, session.phase) == ("JobFlow", "etl", "Running")
    steps = [(step.name, step.phase, step.after) for step in session.steps]
    assert steps == [("prepare", "Succeeded", ()), ("train", "Pending", ("prepare",))]


def test_what_its_pods_tell_where_it_was_not_seen() -> None:
    session = Lab().apply(member("worker", status=RUNS)).session("mpi")
    assert (session.engine, session.uid, session.phase) == ("volcano", "uid-job-mpi", "Running")
    assert session.message == "the Job itself was not seen: this is what its pods tell"
