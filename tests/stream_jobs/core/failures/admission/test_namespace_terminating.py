"""namespace-terminating: runs that it takes along were deleted, and no fault of theirs is the root."""

import pytest

from tests.support.lab import (
    Lab,
    Object,
    at,
    condition,
    job,
    job_pod,
    running,
    stamp,
    status,
    terminated,
    thing,
)
from tests.support.refusals import refused_job

WORDS = (
    'pods "train-x" is forbidden: unable to create new content in namespace ml because it is being terminated'
)
LEFT = condition(
    "NamespaceFinalizersRemaining",
    "True",
    "SomeFinalizersRemain",
    "Some content in the namespace has finalizers remaining: workflows.argoproj.io/x in 3 resource instances",
)


def namespace(*conditions: Object, going: bool = True) -> Object:
    meta = {"deletionTimestamp": stamp(50)} if going else {}
    return thing("Namespace", "ml", namespace="", meta=meta, status={"conditions": list(conditions)})


@pytest.mark.parametrize("first", [True, False])
def test_a_run_that_it_takes_along_was_deleted(first: bool) -> None:
    failed = [
        condition("FailureTarget", reason="BackoffLimitExceeded", seconds=58),
        condition("Failed", reason="BackoffLimitExceeded", seconds=60),
    ]
    over = job("train", status={"conditions": failed})
    meta = {"deletionTimestamp": stamp(57), "deletionGracePeriodSeconds": 2}
    gone = job_pod("train-x", job("train"), meta=meta, status=status("Failed", terminated(143, seconds=58)))
    lab = Lab().apply(job("train"), job_pod("train-x", job("train"), status=status("Running", running())))
    lab.apply(namespace(going=False))
    if first:
        lab.apply(namespace(), seconds=50)
    lab.apply(gone, over).delete(gone).delete(over)
    if not first:
        lab.apply(namespace())
    assert (lab.session("train").phase, lab.session("train").deleted is not None) == ("Cancelled", True)
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.path[-1].failure) == (
        "namespace-terminating",
        "job-backoff-limit-exceeded",
    )
    assert lab.one("namespace-terminating").severity == "high"


def test_what_can_no_longer_be_created() -> None:
    lab = refused_job(WORDS)
    found = lab.one("namespace-terminating")
    assert (found.subject.kind, found.subject.name, found.root) == ("Namespace", "ml", True)
    assert lab.one("controller-cannot-create-pods").cause == found.id
    lab.apply(namespace())
    assert lab.one("namespace-terminating").subject.uid == namespace()["metadata"]["uid"]


def test_an_empty_one_is_hardly_worth_a_word_until_it_hangs() -> None:
    lab = Lab().apply(namespace(LEFT)).quiet(300)
    assert lab.one("namespace-terminating").severity == "low"
    lab.quiet(700)
    found = lab.one("namespace-terminating")
    assert (
        "had not gone by 2026-11-24 12:10:50 UTC: Some content in the namespace has finalizers" in found.title
    )
    assert found.severity == "medium"


def test_it_is_over_when_it_is_gone() -> None:
    lab = Lab().apply(namespace()).delete(namespace(), seconds=70)
    assert (lab.one("namespace-terminating").state, lab.one("namespace-terminating").until) == (
        "closed",
        at(70),
    )


def test_one_that_stays_is_none() -> None:
    assert Lab().apply(namespace(going=False)).quiet(900).anomalies("namespace-terminating") == []
