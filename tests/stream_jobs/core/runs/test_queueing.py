"""What queues and gangs add to a run, whatever its engine: since when it waits, for what, and how much."""

import pytest

from schemas.contracts import Requests
from tests.support.lab import Lab, Object, at, condition, job_pod, pod, running, status, thing
from tests.support.queues import (
    FULL,
    admitted,
    cluster_queue,
    evicted,
    local_queue,
    no_quota,
    queued_job,
    reserved,
    workload,
)

VOLCANO = "scheduling.volcano.sh/v1beta1"


@pytest.mark.parametrize("api", ["v1beta1", "v1beta2"])
def test_a_run_in_the_queue_is_pending_and_asks_for_what_its_workload_asks_for(api: str) -> None:
    lab = Lab().apply(cluster_queue(api=api), local_queue(api=api), queued_job())
    session = lab.apply(workload(no_quota(FULL), api=api)).session("train")
    assert (session.phase, session.queued, session.admitted) == ("Pending", at(0), None)
    assert session.wait.startswith("waits in queue main (ClusterQueue team-a-cq): insufficient unused quota")
    assert session.message == FULL
    assert {step.phase for step in session.steps} == {"Pending"}
    assert session.requests == Requests(gpus=8, cpus=4)


@pytest.mark.parametrize(
    ("conditions", "checks", "wait"),
    [
        ((), [], "waits in queue main: it has not been looked at yet"),
        ((reserved(20),), [], "queue main has reserved quota; admission checks must agree"),
        (
            (reserved(20),),
            [{"name": "a", "state": "Ready"}, {"name": "prov", "state": "Pending"}],
            "queue main has reserved quota; admission check prov must agree",
        ),
        ((reserved(20), admitted(30)), [], "it is suspended, and goes on when spec.suspend is set to false"),
    ],
)
def test_what_it_waits_for(conditions: tuple[Object, ...], checks: list[Object], wait: str) -> None:
    lab = Lab().apply(queued_job(), workload(*conditions, admissionChecks=checks))
    assert lab.session("train").wait == wait


def test_a_run_that_lost_its_quota_is_in_its_second_attempt() -> None:
    train = queued_job(suspended=False)
    lab = Lab().apply(train, workload(reserved(20), admitted(20)))
    lab.apply(job_pod("train-a", train, status=status("Running", running(seconds=25))))
    lost = (no_quota("…", "PendingEvaluation", 90), evicted("Preempted", "Preempted to …", 90))
    lab.apply(workload(*lost), queued_job())
    assert (lab.session("train").phase, lab.session("train").attempt) == ("Pending", 1)
    lab.apply(workload(reserved(120), admitted(120)), train)
    session = lab.session("train")
    assert (session.attempt, session.queued, session.admitted, session.wait) == (2, at(0), at(20), "")


def test_a_dump_tells_the_last_round_only() -> None:
    again = condition("Requeued", "True", "Preempted", "…", 90)
    stats = {"evictions": [{"reason": "Preempted", "count": 2}]}
    lab = Lab().apply(queued_job(suspended=False))
    lab.apply(workload(reserved(120), admitted(120), again, schedulingStats=stats))
    session = lab.session("train")
    assert (session.attempt, session.queued, session.admitted) == (3, at(90), at(120))


def test_a_mirrored_job_is_found_by_the_label() -> None:
    held = workload(no_quota(FULL))
    del held["metadata"]["ownerReferences"]
    for objects in ([queued_job(), held], [held, queued_job()]):
        assert "insufficient unused quota" in Lab().apply(*objects).session("train").wait


def test_plain_pods_name_their_group() -> None:
    group = workload(no_quota(FULL))
    del group["metadata"]["labels"], group["metadata"]["ownerReferences"]
    group["metadata"]["name"] = "my-group"
    gate = condition("PodScheduled", "False", "SchedulingGated", "", 1)
    member = pod(
        "w-0",
        labels={"kueue.x-k8s.io/pod-group-name": "my-group"},
        spec={"schedulingGates": [{"name": "kueue.x-k8s.io/admission"}]},
        status=status("Pending", conditions=[gate]),
    )
    session = Lab().apply(member, group).session("w-0")
    assert session.wait.startswith("waits in queue main: insufficient unused quota")


def test_the_queue_says_nothing_of_a_run_that_is_over() -> None:
    done = workload(no_quota(FULL), condition("Finished", "True", "Succeeded"))
    lab = Lab().apply(queued_job(status={"conditions": [condition("Complete", seconds=70)]}), done)
    session = lab.session("train")
    assert (session.phase, session.wait) == ("Succeeded", "")


def gang(*conditions: Object, phase: str, api: str = VOLCANO, name: str = "gang") -> Object:
    spec = {"minMember": 4, "queue": "research"}
    return thing(
        "PodGroup", name, api=api, spec=spec, status={"phase": phase, "conditions": list(conditions)}
    )


@pytest.mark.parametrize(
    ("api", "names"),
    [
        (VOLCANO, {"annotations": {"scheduling.k8s.io/group-name": "gang"}}),
        ("scheduling.x-k8s.io/v1alpha1", {"labels": {"scheduling.x-k8s.io/pod-group": "gang"}}),
        ("scheduling.k8s.io/v1alpha3", {"spec": {"schedulingGroup": {"podGroupName": "gang"}}}),
    ],
)
def test_a_gang_waits_and_then_has_its_place(api: str, names: Object) -> None:
    full = condition("Unschedulable", "True", "NotEnoughResources", "3/4 tasks in gang unschedulable")
    lab = Lab().apply(pod("w-0", **names), gang(full, phase="Pending", api=api))
    session = lab.session("w-0")
    assert "until there is room for all 4 pods at once: 3/4 tasks in gang unschedulable" in session.wait
    assert (session.queued, session.admitted) == (at(0), None)
    kind = "PodGroupScheduled" if api.startswith("scheduling.k8s.io") else "Scheduled"
    session = lab.apply(gang(condition(kind, seconds=30), phase="Running", api=api)).session("w-0")
    assert (session.wait, session.admitted is not None) == ("", True)


def test_a_gang_of_a_step_is_no_queue_of_the_pipeline() -> None:
    flow = thing("Workflow", "etl", api="argoproj.io/v1alpha1", spec={}, status={"phase": "Running"})
    stand = {"conditions": [condition("Created")]}
    inner = thing("PyTorchJob", "bert", api="kubeflow.org/v1", owner=flow, spec={}, status=stand)
    held = gang(phase="Pending") | {
        "metadata": thing("PodGroup", "bert", api=VOLCANO, owner=inner)["metadata"]
    }
    lab = Lab().apply(flow, inner, held)
    assert lab.session("bert").queued == at(0)
    assert lab.session("etl").queued is None
    assert lab.session("etl").wait == lab.session("bert").wait
