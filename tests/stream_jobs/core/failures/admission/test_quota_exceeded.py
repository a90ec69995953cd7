"""quota-exceeded: the quota is the subject, whoever was refused, with the numbers of the refusal."""

import pytest

from tests.support.lab import Lab, Object, at, job, thing

TEXT = (
    "is forbidden: exceeded quota: compute-quota, requested: requests.cpu=50m,requests.memory=1Gi, "
    "used: requests.cpu=80m,requests.memory=3Gi, limited: requests.cpu=100m,requests.memory=3Gi"
)
MESSAGE = f'Error creating: pods "train-p594g" {TEXT}'
QUOTA = thing("ResourceQuota", "compute-quota", status={"hard": {"requests.cpu": "100m"}})


def workflow(message: str, phase: str = "Pending") -> Object:
    node = {
        "id": "w-1",
        "name": "w[0].p0",
        "displayName": "p0",
        "type": "Pod",
        "phase": phase,
        "message": message,
    }
    return thing(
        "Workflow",
        "w",
        api="argoproj.io/v1alpha1",
        spec={"entrypoint": "main"},
        status={"phase": "Running", "nodes": {"w-1": node | {"startedAt": "2026-11-24T12:00:05Z"}}},
    )


@pytest.mark.parametrize("known", [True, False])
def test_a_job_that_was_refused(known: bool) -> None:
    lab = Lab().apply(job("train"), *([QUOTA] if known else []))
    lab.event(job("train"), "FailedCreate", MESSAGE, component="job-controller", seconds=7)
    found = lab.one("quota-exceeded")
    assert (found.subject.kind, found.subject.name, found.root) == ("ResourceQuota", "compute-quota", True)
    assert (
        "0.05 CPUs more, with 0.08 CPUs of 0.1 CPUs in use and 1 GiB memory more, with 3 GiB" in found.title
    )
    assert lab.one("controller-cannot-create-pods").cause == found.id
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "quota-exceeded"


def test_the_order_of_arrival_does_not_matter() -> None:
    late = Lab().event(job("train"), "FailedCreate", MESSAGE, seconds=7).apply(job("train"), QUOTA)
    soon = Lab().apply(QUOTA, job("train")).event(job("train"), "FailedCreate", MESSAGE, seconds=7)
    assert late.one("quota-exceeded").id == soon.one("quota-exceeded").id


def test_a_step_of_a_workflow_waits_with_the_same_words() -> None:
    lab = Lab().apply(workflow(f'pods "w-w-1437166298" {TEXT}'))
    found = lab.one("quota-exceeded")
    assert (found.subject.name, found.since) == ("compute-quota", at(5))
    assert "Workflow w" in found.title
    assert lab.anomalies("controller-cannot-create-pods") == []


def test_a_statefulset_whose_claim_was_refused() -> None:
    replicas = thing("StatefulSet", "ps", api="apps/v1", spec={}, status={})
    claim = "create Claim data-ps-0 for Pod ps-0 in StatefulSet ps failed error: "
    claim += f'persistentvolumeclaims "data-ps-0" {TEXT}'
    lab = Lab().apply(replicas).event(replicas, "FailedCreate", claim, component="statefulset-controller")
    assert lab.one("quota-exceeded").subject.name == "compute-quota"


def test_a_claim_of_a_whole_workflow_was_refused_before_any_step() -> None:
    item = workflow("")
    item["status"] = {"phase": "Error", "message": f'persistentvolumeclaims "w-work" {TEXT}'}
    lab = Lab().apply(item)
    assert lab.one("quota-exceeded").subject.name == "compute-quota"
    assert lab.root("w") == "quota-exceeded"


def test_when_there_was_room_again_it_is_history() -> None:
    lab = Lab().apply(job("train")).event(job("train"), "FailedCreate", MESSAGE, seconds=7)
    lab.event(job("train"), "SuccessfulCreate", "Created pod: train-x", seconds=40)
    assert (lab.one("quota-exceeded").until, lab.failures()) == (at(40), set())


@pytest.mark.parametrize(
    "message",
    [
        'Error creating: pods "x" is forbidden: failed quota: compute: must specify requests.cpu for: main',
        'Error creating: pods "x" is forbidden: maximum memory usage per Pod is 256Mi, but limit is 1Gi',
    ],
)
def test_rules_about_requests_are_another_matter(message: str) -> None:
    lab = Lab().apply(job("train")).event(job("train"), "FailedCreate", message)
    assert lab.failures() & {"quota-exceeded", "controller-cannot-create-pods"} == {
        "controller-cannot-create-pods"
    }
