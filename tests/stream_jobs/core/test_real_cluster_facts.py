"""What a real cluster does that its documentation does not tell, one row each; see also the recordings.

Facts of one failure, one engine or one part of the collector have their rows there; these concern several.
"""

import pytest

from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    node,
    pod,
    running,
    stamp,
    status,
    terminated,
    thing,
    waiting,
)
from tests.support.pipelines import step, step_pod, task_pod, workflow

# Their senders use events.k8s.io: no first and last time, no count, no source.
NEW_FORM: Object = {"firstTimestamp": None, "lastTimestamp": None, "count": None, "source": {}}
OLD = {"creationTimestamp": "2026-11-23T12:00:00Z"}


@pytest.mark.parametrize(
    ("about", "reason", "component"),
    [
        (pod("a"), "Scheduled", "default-scheduler"),
        (job("sweep"), "Started", "batch/job-kueue-controller"),
        (thing("JobSet", "llm", api="jobset.x-k8s.io/v1alpha2"), "AllJobsCompleted", "jobset"),
        (thing("RayCluster", "ray", api="ray.io/v1"), "CreatedHeadPod", "raycluster-controller"),
    ],
)
def test_events_of_new_senders_have_their_time_and_their_sender(
    about: Object, reason: str, component: str
) -> None:
    told = NEW_FORM | {"eventTime": "2026-11-24T12:00:20.5Z", "reportingComponent": component}
    lab = Lab().apply(about).event(about, reason, "it happened", seconds=90, **told)
    (found,) = lab.cell.events(lab.known(about), reason)
    assert (found.first, found.last, found.component) == (at(20.5), at(20.5), component)


def test_an_event_may_lack_its_message() -> None:
    """Argo's WorkflowFailed does where the run has no message either."""
    about = {"kind": "Workflow", "apiVersion": "argoproj.io/v1alpha1", "uid": "uid-workflow-etl"}
    told = {"reason": "WorkflowFailed", "type": "Warning", "firstTimestamp": stamp(99), "count": 1}
    flow = workflow("etl", "Failed")
    lab = Lab().apply(flow, thing("Event", "etl.1", involvedObject=about, **told))
    (found,) = lab.cell.events(lab.known(flow), "WorkflowFailed")
    assert (lab.refused, found.message, found.first) == ([], "", at(99))
    assert lab.one("workflow-failed").title == "Workflow etl failed"


def test_five_events_of_one_bad_image_are_one_failure() -> None:
    image = "registry.acme.example/ml/trainer:2.5.0-missing"
    answer = f"rpc error: code = NotFound desc = failed to pull and unpack image: {image}: not found"
    train = job("train")
    item = job_pod(
        "train-x", train, spec={"containers": [{"name": "main", "image": image}]}, status=status("Pending")
    )
    about = {"kind": "Pod", "uid": "uid-pod-train-x", "fieldPath": "spec.containers{main}"}
    lab = Lab().apply(train, item)
    for reason, message, kind in (
        ("Pulling", f'Pulling image "{image}"', "Normal"),
        ("Failed", f'Failed to pull image "{image}": {answer}', "Warning"),
        ("Failed", "Error: ErrImagePull", "Warning"),
        ("BackOff", f'Back-off pulling image "{image}"', "Normal"),
        ("Failed", "Error: ImagePullBackOff", "Warning"),
    ):
        lab.event(item, reason, message, type=kind, involvedObject=about)
    for reason, message in (("ErrImagePull", answer), ("ImagePullBackOff", f"Back-off: {answer}")):
        lab.apply(item | {"status": status("Pending", waiting(reason, message))})
    assert [each.failure for each in lab.anomalies() if each.root] == ["image-not-found"]
    assert len(lab.anomalies("image-not-found")) == len(lab.anomalies("image-pull-failed")) == 1


@pytest.mark.parametrize("failing_first", [True, False])
def test_failure_target_and_failed_are_one_end_though_they_may_come_together(failing_first: bool) -> None:
    said = "Job has reached the specified backoff limit"
    both = [
        condition(kind, reason="BackoffLimitExceeded", message=said) for kind in ("FailureTarget", "Failed")
    ]
    lab = Lab().apply(job("train"))
    if failing_first:
        lab.apply(job("train", status={"conditions": both[:1]}))
    lab.apply(job("train", status={"conditions": both}))
    found = lab.one("job-backoff-limit-exceeded")
    session = lab.session("train")
    assert (found.since, session.phase, session.ended) == (at(60), "Failed", at(60))


def test_a_disrupted_pod_counts_against_the_limit_of_a_job_without_a_policy() -> None:
    """The Job has failed, and its own program did nothing wrong."""
    train = job("train", spec={"backoffLimit": 0})
    told = condition(
        "DisruptionTarget", reason="DeletionByTaintManager", message="Taint manager: deleting", seconds=50
    )
    evicted = job_pod(
        "train-x",
        train,
        spec={"nodeName": "gpu-7", "containers": [{"name": "main"}]},
        meta={"deletionTimestamp": stamp(80), "deletionGracePeriodSeconds": 30},
        status=status("Failed", terminated(143, seconds=55), conditions=[told]),
    )
    lab = Lab().apply(node("gpu-7", meta=OLD), train, evicted)
    lab.apply(job("train", status={"conditions": [condition("Failed", reason="BackoffLimitExceeded")]}))
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "taint-evicted"
    assert verdict.path[-1].failure == "job-backoff-limit-exceeded"
    assert lab.anomalies("container-killed-by-signal") == []


def test_an_outage_of_the_api_server_makes_healthy_nodes_unreachable_for_a_while() -> None:
    """All at once, and their pods go on: no run is blamed on it."""

    def ready(name: str, value: str, seconds: float) -> Object:
        return node(name, meta=OLD, status={"conditions": [condition("Ready", value, seconds=seconds)]})

    names = ("worker-1", "worker-2", "worker-3")
    train = job("train")
    work = job_pod(
        "train-x", train, spec={"nodeName": "worker-1"}, status=status("Running", running(seconds=5))
    )
    lab = Lab().apply(*(ready(name, "True", 0) for name in names), train, work)
    lab.apply(*(ready(name, "Unknown", 60 + place) for place, name in enumerate(names)))
    lab.apply(*(ready(name, "True", 75 + place) for place, name in enumerate(names)))
    done = status("Succeeded", terminated(0, "Completed", seconds=90))
    lab.apply(job_pod("train-x", train, spec={"nodeName": "worker-1"}, status=done))
    lab.apply(job("train", status={"conditions": [condition("Complete", seconds=91)]}))
    assert {(each.failure, each.severity, each.state) for each in lab.anomalies()} == {
        ("node-unreachable", "low", "closed"),
        ("control-plane-contact-lost", "info", "closed"),  # most nodes at once, for a moment
    }
    assert lab.session("train").verdict is None


def test_orphaning_takes_three_steps_and_the_pod_stays_with_its_run() -> None:
    """Finalizer `orphan` on the Job, the tracking finalizer off the pod, then its owner."""
    train = job("train", meta={"finalizers": ["orphan"], "deletionTimestamp": stamp(30)})
    tracked = job_pod(
        "train-a",
        train,
        meta={"finalizers": ["batch.kubernetes.io/job-tracking"]},
        status=status("Running", running()),
    )
    untracked = job_pod("train-a", train, status=status("Running", running()))
    orphan = job_pod("train-a", train, status=status("Running", running()))
    del orphan["metadata"]["ownerReferences"]
    lab = Lab().apply(job("train"), tracked).apply(train, untracked, orphan).delete(train)
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.name, session.phase, session.steps[0].attempts[0].pod) == ("train", "Running", "train-a")
    assert lab.anomalies("pod-deleted-by-user") == []


def test_argo_removes_pods_right_after_their_end_before_it_marks_them_completed() -> None:
    """A few seconds after the end, without grace, the label `completed` still "false"."""
    flow = workflow("etl", "Running")
    ended = {"labels": {"workflows.argoproj.io/completed": "false"}}
    gone = ended | {"meta": {"deletionTimestamp": stamp(64), "deletionGracePeriodSeconds": 0}}
    good = status("Succeeded", terminated(0, "Completed", seconds=60))
    bad = status("Failed", terminated(17, seconds=60))
    lab = Lab().apply(flow)
    for name, told in (("etl-1", good), ("etl-2", bad)):
        lab.apply(step_pod(name, flow, status=told, **ended), step_pod(name, flow, status=told, **gone))
        lab.delete(step_pod(name, flow, status=told, **gone))
    said = "main: Error (exit code 17)"
    lab.apply(workflow("etl", "Failed", said, step("etl-1", "Succeeded"), step("etl-2", "Failed", said)))
    session = lab.session("etl")
    assert [each.phase for each in session.steps] == ["Succeeded", "Failed"]
    assert session.verdict is not None
    assert session.verdict.failure == "container-exit-error"
    assert {"pod-deleted-by-user", "workflow-step-pod-deleted"} & lab.failures() == set()


def test_airflow_removes_a_killed_pod_at_once_and_its_retry_is_another_pod() -> None:
    """The label `already_checked` comes at the end, the delete 25 ms later."""
    killed = status("Failed", terminated(137, "OOMKilled", name="base"))
    checked = {"already_checked": "True"}
    going = {"deletionTimestamp": stamp(61), "deletionGracePeriodSeconds": 0}
    lab = Lab().apply(
        task_pod("train-a", status=status("Running", running(name="base"))),
        task_pod("train-a", status=killed),
        task_pod("train-a", labels=checked, status=killed),
    )
    lab.apply(task_pod("train-a", labels=checked, meta=going, status=killed), seconds=61)
    lab.delete(task_pod("train-a", labels=checked, meta=going, status=killed), seconds=61.025)
    verdict = lab.session("etl").verdict
    assert verdict is not None
    assert verdict.failure == "container-oom-killed"
    lab.apply(task_pod("train-b", number=2, status=status("Running", running(name="base"))))
    (task,) = lab.session("etl").steps
    assert [(each.number, each.pod, each.phase) for each in task.attempts] == [
        (1, "train-a", "Failed"),
        (2, "train-b", "Running"),
    ]
    assert "pod-deleted-by-user" not in lab.failures()


def test_training_workers_that_wait_for_their_master_are_no_standstill() -> None:
    """Without DNS they hang in an init container, and the PyTorchJob succeeds with its master."""

    def training(*kinds: str) -> Object:
        conditions = [condition(kind, reason=f"PyTorchJob{kind}") for kind in kinds]
        return thing("PyTorchJob", "ddp", api="kubeflow.org/v1", status={"conditions": conditions})

    worker = pod(
        "ddp-worker-0",
        owner=training(),
        labels={"training.kubeflow.org/job-name": "ddp", "training.kubeflow.org/replica-type": "worker"},
        spec={"nodeName": "edge-1", "initContainers": [{"name": "init-pytorch", "image": "alpine:3.10"}]},
        status=status(
            "Pending",
            waiting("PodInitializing"),
            conditions=[condition("PodScheduled", seconds=1)],
            initContainerStatuses=[running(name="init-pytorch", seconds=2)],
        ),
    )
    lab = Lab().apply(training("Created"), worker, training("Created", "Succeeded")).quiet(900)
    assert lab.failures() == set()
