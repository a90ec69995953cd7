"""pod-owner-missing: orphans that go on; the garbage collector gets its time."""

import pytest

from tests.support.lab import Lab, Object, at, job, job_pod, pod, running, stamp, status, terminated
from tests.support.pipelines import step_pod, task_pod, workflow

UP = status("Running", running())
TRAIN = job("train")
CHILD = job_pod("train-x", TRAIN, status=UP)
LEFT = CHILD["metadata"]["labels"] | {"batch.kubernetes.io/job-name": "train"}
ORPHAN = CHILD | {"metadata": CHILD["metadata"] | {"ownerReferences": [], "labels": LEFT}}


def test_a_job_deleted_without_its_pods() -> None:
    lab = Lab().apply(TRAIN, CHILD, ORPHAN).delete(TRAIN, seconds=50)
    found = lab.one("pod-owner-missing")
    assert found.title == (
        "Pod train-x goes on, though its Job train was deleted without it since 2026-11-24 12:00:50 UTC: it "
        "may still write data"
    )
    assert (found.state, found.severity, found.root) == ("open", "medium", True)


def test_it_is_over_with_the_pod() -> None:
    lab = Lab().apply(TRAIN, CHILD, ORPHAN).delete(TRAIN, seconds=50)
    ended = ORPHAN | {"status": status("Succeeded", terminated(0, "Completed", seconds=90))}
    assert lab.apply(ended).one("pod-owner-missing").until == at(90)


@pytest.mark.parametrize(
    ("item", "owner"),
    [
        (CHILD, TRAIN),
        (step_pod("etl-a", workflow("etl", "Running"), status=UP), workflow("etl", "Running")),
    ],
)
def test_the_garbage_collector_has_two_minutes(item: Object, owner: Object) -> None:
    lab = Lab().apply(owner, item).delete(owner, seconds=50).quiet(160)
    assert lab.anomalies("pod-owner-missing") == []
    found = lab.quiet(180).one("pod-owner-missing")
    assert f"its owner, {owner['kind']} {owner['metadata']['name']}, is gone" in found.title


def test_an_owner_that_was_never_there_although_its_kind_was_read_in_full() -> None:
    lab = Lab().apply(CHILD)
    assert lab.quiet(100).anomalies("pod-owner-missing") == []
    assert "its owner, Job train, is not there" in lab.quiet(300).one("pod-owner-missing").title


def test_an_older_try_of_a_task_that_goes_on_beside_a_newer_one() -> None:
    older, newer = (
        task_pod("train-1", status=UP),
        task_pod("train-2", number=2, status=status("Running", running(seconds=60))),
    )
    lab = Lab().apply(older, newer).quiet(300)
    assert "try 2 of its task runs (train-2)" in lab.one("pod-owner-missing").title


@pytest.mark.parametrize(
    "lab",
    [
        pytest.param(Lab().apply(TRAIN, CHILD), id="its owner is there"),
        pytest.param(
            Lab()
            .apply(TRAIN, CHILD)
            .delete(TRAIN, seconds=50)
            .apply(
                job_pod(
                    "train-x",
                    TRAIN,
                    meta={"deletionTimestamp": stamp(80), "deletionGracePeriodSeconds": 30},
                    status=UP,
                )
            ),
            id="being removed",
        ),
        pytest.param(
            Lab().apply(job_pod("train-x", TRAIN, status=status("Succeeded"))).delete(TRAIN), id="ended"
        ),
        pytest.param(
            Lab().apply(
                pod(
                    "ps",
                    owner={
                        "apiVersion": "example.com/v1",
                        "kind": "Farm",
                        "metadata": {"name": "f", "uid": "u"},
                    },
                    status=UP,
                )
            ),
            id="a kind that is not read",
        ),
        pytest.param(
            Lab().apply(
                task_pod("train-2", number=2, status=UP),
                task_pod("train-1", status=status("Failed", terminated(1))),
            ),
            id="the older try has ended",
        ),
    ],
)
def test_not(lab: Lab) -> None:
    assert lab.quiet(600).anomalies("pod-owner-missing") == []
