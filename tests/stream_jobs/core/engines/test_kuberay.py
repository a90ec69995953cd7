"""KubeRay: jobs with their clusters and retries, clusters alone, services whose clusters are replaced."""

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

API = "ray.io/v1"
RUNS = status("Running", running())
SPEC = {"workerGroupSpecs": [{"groupName": "gpu"}]}


def ray_job(
    name: str = "tune", spec: Object | None = None, meta: Object | None = None, **stand: Any
) -> Object:
    body = {"entrypoint": "python tune.py", "rayClusterSpec": SPEC} | (spec or {})
    return thing("RayJob", name, api=API, spec=body, status=stand, **(meta or {}))


def cluster(name: str = "tune-7xk2p", owner: Object | None = None, stand: Object | None = None) -> Object:
    return thing("RayCluster", name, api=API, owner=owner, spec=SPEC, status=stand or {"state": "ready"})


def node(
    name: str, of: Object, role: str = "head", index: str = "0", seconds: int = 5, **parts: Any
) -> Object:
    labels = {"ray.io/cluster": of["metadata"]["name"], "ray.io/node-type": role, "ray.io/is-ray-node": "yes"}
    labels |= {"ray.io/group": "headgroup" if role == "head" else "gpu"}
    if role == "worker":
        labels["ray.io/worker-group-replica-index"] = index
    return pod(name, owner=of, labels=labels, meta={"creationTimestamp": stamp(seconds)}, **parts)


def submitter(of: Object, **parts: Any) -> tuple[Object, Object]:
    made = job(of["metadata"]["name"], owner=of)
    return made, job_pod(f"{of['metadata']['name']}-sub", made, **parts)


@pytest.mark.parametrize(
    ("stand", "phase"),
    [
        ({}, "Pending"),
        ({"jobDeploymentStatus": "Initializing"}, "Pending"),
        ({"jobDeploymentStatus": "Waiting"}, "Pending"),
        ({"jobDeploymentStatus": "Running", "jobStatus": "RUNNING"}, "Running"),
        ({"jobDeploymentStatus": "Retrying", "failed": 1}, "Running"),
        ({"jobDeploymentStatus": "Suspended"}, "Suspended"),
        ({"jobDeploymentStatus": "Complete", "jobStatus": "SUCCEEDED"}, "Succeeded"),
        ({"jobDeploymentStatus": "Complete", "jobStatus": "FAILED"}, "Failed"),  # complete is not well
        ({"jobDeploymentStatus": "Complete", "jobStatus": "STOPPED"}, "Cancelled"),
        ({"jobDeploymentStatus": "Failed", "jobStatus": "FAILED", "reason": "AppFailed"}, "Failed"),
        ({"jobDeploymentStatus": "Failed", "reason": "DeadlineExceeded"}, "Failed"),
        ({"jobDeploymentStatus": "Failed", "reason": "SubmissionFailed"}, "Error"),
        ({"jobDeploymentStatus": "Failed", "reason": "JobStatusCheckTimeoutExceeded"}, "Error"),
        ({"jobDeploymentStatus": "ValidationFailed", "reason": "ValidationFailed"}, "Error"),
    ],
)
def test_phases_of_a_job(stand: Object, phase: str) -> None:
    session = Lab().apply(ray_job(**stand)).session("tune")
    assert (session.engine, session.kind, session.phase) == ("kuberay", "RayJob", phase)


def test_a_job_its_cluster_and_its_submitter_are_one_session() -> None:
    tune = ray_job(jobDeploymentStatus="Running", jobStatus="RUNNING", jobId="tune-4fd")
    ray = cluster(owner=tune)
    lab = Lab().apply(
        node("w1", ray, "worker", status=RUNS),  # seen before what owns it
        node("h", ray, status=RUNS),
        *submitter(tune, status=RUNS),
        ray,
        tune,
    )
    session = lab.session("tune")
    assert [each.name for each in lab.sessions.values() if not each.withdrawn] == ["tune"]
    assert [(each.name, each.phase, each.after) for each in session.steps] == [
        ("head", "Running", ()),
        ("gpu", "Running", ("head",)),
        ("submitter", "Running", ("head",)),
    ]
    assert (session.run, session.trigger, session.attempt) == ("tune-4fd", "manual", 1)


def test_a_retry_makes_a_new_cluster_and_is_the_next_attempt() -> None:
    first = cluster("tune-1", owner=ray_job())
    gone = node("h1", first, status=status("Failed", terminated(1)))
    again = ray_job(jobDeploymentStatus="Initializing", failed=1)
    second = cluster("tune-2", owner=again)
    lab = Lab().apply(ray_job(), first, gone).delete(gone).delete(first)
    session = lab.apply(again, second, node("h2", second, seconds=90, status=RUNS)).session("tune")
    assert (session.attempt, session.phase) == (2, "Pending")
    assert [(each.number, each.pod) for each in session.steps[0].attempts] == [(1, "h1"), (2, "h2")]


def test_what_a_finished_job_takes_down_was_not_cancelled() -> None:
    tune = ray_job()
    ray = cluster(owner=tune)
    worker = node("w1", ray, "worker", status=RUNS)
    done = ray_job(jobDeploymentStatus="Complete", jobStatus="SUCCEEDED", endTime=stamp(100), succeeded=1)
    lab = Lab().apply(tune, ray, worker, done).delete(ray, seconds=110).delete(worker, seconds=111)
    session = lab.session("tune")
    assert (session.phase, session.ended, session.attempt) == ("Succeeded", at(100), 1)
    assert {each.phase for each in session.steps} == {"Succeeded"}
    assert lab.failures() == set()


def test_the_operators_message_is_told() -> None:
    stand = {"jobDeploymentStatus": "Failed", "jobStatus": "FAILED", "reason": "AppFailed"}
    session = Lab().apply(ray_job(**stand, message="Traceback: boom", failed=1)).session("tune")
    assert session.message == "AppFailed: Traceback: boom"


def test_a_schedule_is_what_a_cron_s_job_is_a_run_of() -> None:
    meta = {
        "labels": {"ray.io/cronjob-name": "nightly"},
        "annotations": {"ray.io/cronjob-scheduled-timestamp": stamp(0)},
    }
    session = Lab().apply(ray_job("nightly-29361600", meta=meta)).session("nightly-29361600")
    assert (session.definition, session.trigger, session.queued) == ("nightly", "schedule", at(0))


@pytest.mark.parametrize(
    ("labels", "words"), [({}, "somebody resumes"), ({"kueue.x-k8s.io/queue-name": "team-a"}, "queue team-a")]
)
def test_a_suspended_job_says_what_it_waits_for(labels: dict[str, str], words: str) -> None:
    held = ray_job(spec={"suspend": True}, meta={"labels": labels}, jobDeploymentStatus="Suspended")
    assert words in Lab().apply(held).session("tune").wait


@pytest.mark.parametrize("mode", ["HTTPMode", "InteractiveMode", "SidecarMode"])
def test_modes_without_a_submitter_have_no_step_of_it(mode: str) -> None:
    session = Lab().apply(ray_job(spec={"submissionMode": mode})).session("tune")
    assert [each.name for each in session.steps] == ["head", "gpu"]


def test_jobs_that_share_a_cluster_leave_it_to_itself() -> None:
    shared = cluster("shared")
    spec = {"clusterSelector": {"ray.io/cluster": "shared"}, "rayClusterSpec": None}
    jobs = [
        ray_job(name, spec, jobDeploymentStatus="Running", rayClusterName="shared") for name in ("one", "two")
    ]
    lab = Lab().apply(shared, node("h", shared, status=RUNS), *jobs, *submitter(jobs[0], status=RUNS))
    assert [each.name for each in lab.session("one").steps] == ["submitter"]
    assert [each.name for each in lab.session("shared").steps] == ["head", "gpu"]
    assert [each.kind for each in lab.cell.uses(lab.known(jobs[1]))] == ["RayCluster"]  # blame travels so


@pytest.mark.parametrize(
    ("stand", "phase"),
    [
        ({}, "Pending"),
        ({"state": "ready"}, "Running"),
        ({"state": "failed", "reason": "no room"}, "Failed"),
        ({"state": "suspended"}, "Suspended"),
        ({"conditions": [condition("RayClusterSuspending")]}, "Suspended"),
        ({"conditions": [condition("RayClusterProvisioned"), condition("HeadPodReady", "False")]}, "Running"),
    ],
)
def test_phases_of_a_cluster(stand: Object, phase: str) -> None:
    found = thing("RayCluster", "lab-ray", api=API, spec=SPEC, status=stand)
    assert Lab().apply(found).session("lab-ray").phase == phase


def test_a_worker_made_anew_is_the_next_attempt_of_its_place() -> None:
    ray = cluster()
    lost = node("w-a", ray, "worker", status=status("Failed", terminated(137, "OOMKilled", seconds=30)))
    lab = Lab().apply(ray, lost, node("w-b", ray, "worker", "1", status=RUNS)).delete(lost)
    lab.apply(node("w-c", ray, "worker", seconds=40, status=RUNS))
    workers = lab.session("tune-7xk2p").steps[1]
    assert [(each.number, each.pod) for each in workers.attempts] == [(1, "w-a"), (1, "w-b"), (2, "w-c")]
    assert workers.phase == "Running"


def test_the_job_that_clears_redis_is_no_step() -> None:
    ray = cluster()
    clear = job("redis-cleanup", owner=ray)
    labels = {"ray.io/node-type": "redis-cleanup", "ray.io/cluster": "tune-7xk2p"}
    lab = Lab().apply(ray, clear, job_pod("redis-cleanup-x", clear, labels=labels))
    assert [each.name for each in lab.session("tune-7xk2p").steps] == ["head", "gpu"]


def test_a_service_that_is_changed_has_a_session_for_each_cluster() -> None:
    serve = thing("RayService", "llm", api=API, spec={}, status={"conditions": [condition("Ready")]})
    old, new = cluster("llm-old", owner=serve), cluster("llm-new", owner=serve, stand={"state": ""})
    serve["status"] |= {
        "activeServiceStatus": {"rayClusterName": "llm-old"},
        "pendingServiceStatus": {"rayClusterName": "llm-new"},
    }
    lab = Lab().apply(old, node("h-old", old, status=RUNS), new, node("h-new", new, seconds=60), serve)
    shown = {each.run: each for each in lab.sessions.values() if not each.withdrawn}
    assert {run: (each.name, each.kind) for run, each in shown.items()} == {
        "llm-old": ("llm", "RayService"),
        "llm-new": ("llm", "RayService"),
    }
    assert [each.pod for each in shown["llm-old"].steps[0].attempts] == ["h-old"]
    lab.delete(old, seconds=100)
    ended = {each.run: each.phase for each in lab.sessions.values() if not each.withdrawn}
    assert ended["llm-old"] == "Succeeded"
    assert lab.failures() == set()


def test_without_the_cluster_its_pods_tell() -> None:
    ray = cluster()
    session = Lab().apply(node("h", ray, status=RUNS), node("w", ray, "worker")).session("tune-7xk2p")
    assert (session.uid, session.phase) == ("uid-raycluster-tune-7xk2p", "Running")
    assert "not seen" in session.message


def test_deleted_before_its_end_it_was_cancelled() -> None:
    session = Lab().apply(ray_job()).delete(ray_job(), seconds=30).session("tune")
    assert (session.phase, session.deleted) == ("Cancelled", at(30))
