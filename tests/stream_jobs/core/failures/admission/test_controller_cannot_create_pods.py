"""controller-cannot-create-pods: the API's words, for every controller, and history once a pod was made."""

import pytest

from tests.support.lab import Lab, Object, at, job, job_pod, stamp, thing

DENIED = 'Error creating: pods "train-" is forbidden: error looking up service account ml/runner: not found'


def controller(kind: str) -> Object:
    return job("train") if kind == "Job" else thing(kind, "train", api="apps/v1", spec={}, status={})


@pytest.mark.parametrize("kind", ["Job", "ReplicaSet", "StatefulSet", "DaemonSet"])
@pytest.mark.parametrize("prefix", ["", "(combined from similar events): "])
def test_it_tells_the_words_behind_error_creating(kind: str, prefix: str) -> None:
    lab = Lab().apply(controller(kind))
    lab.event(controller(kind), "FailedCreate", prefix + DENIED, component="controller", seconds=7)
    found = lab.one("controller-cannot-create-pods")
    assert found.title == (
        f'{kind} train could create no pod since 2026-11-24 12:00:07 UTC: pods "train-" is forbidden: '
        "error looking up service account ml/runner: not found"
    )
    assert found.severity == ("high" if kind == "Job" else "medium")


def test_a_job_that_was_there_before_the_server_forbade_privileged_pods() -> None:
    """A new Job like it is refused at once; one that exists can make no more pods."""
    lab = Lab().apply(job("profile"), job_pod("profile-a", job("profile")))
    said = (
        'Error creating: Pod "profile-b" is invalid: spec.containers[0].securityContext.privileged: '
        "Forbidden: disallowed by cluster policy"
    )
    lab.event(job("profile"), "FailedCreate", said, component="job-controller", seconds=7)
    assert lab.one("controller-cannot-create-pods").title.endswith("disallowed by cluster policy")
    assert lab.root("profile") == "pod-security-violation"


def test_tries_that_differ_in_the_pods_name_are_counted_together() -> None:
    lab = Lab().apply(job("train"))
    for suffix in ("aaaaa", "bbbbb", "ccccc"):
        lab.event(job("train"), "FailedCreate", DENIED.replace('"train-"', f'"train-{suffix}"'))
    assert lab.one("controller-cannot-create-pods").evidence[0].says.startswith("FailedCreate, 3 times: ")


def test_a_pod_that_was_made_later_makes_it_history() -> None:
    lab = Lab().apply(job("train")).event(job("train"), "FailedCreate", DENIED, seconds=7)
    lab.event(job("train"), "SuccessfulCreate", "Created pod: train-x", seconds=20)
    found = lab.one("controller-cannot-create-pods")
    assert (found.until, found.severity, lab.session("train").verdict) == (at(20), "info", None)


def test_the_pod_itself_tells_it_too() -> None:
    lab = Lab().apply(job("train")).event(job("train"), "FailedCreate", DENIED, seconds=7)
    lab.apply(job_pod("train-x", job("train"), meta={"creationTimestamp": stamp(30)}))
    assert lab.one("controller-cannot-create-pods").until == at(30)


def test_a_pod_made_before_does_not() -> None:
    lab = Lab().apply(job("train"), job_pod("train-x", job("train")))
    lab.event(job("train"), "FailedCreate", DENIED, seconds=7)
    assert lab.one("controller-cannot-create-pods").state == "open"
