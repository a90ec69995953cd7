"""kueue-queue-unavailable: missing or closed queues, as the Workload or the queue itself tells."""

import pytest

from tests.support.lab import Lab, condition
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

ID = "kueue-queue-unavailable"


@pytest.mark.parametrize("reason", ["Inadmissible", "Misconfigured"])
@pytest.mark.parametrize(
    ("message", "subject", "words"),
    [
        (
            "LocalQueue team-a doesn't exist",
            ("LocalQueue", "team-a"),
            "team-a of namespace ml does not exist",
        ),
        ("LocalQueue main is inactive", ("LocalQueue", "main"), "main of namespace ml is inactive"),
        ("LocalQueue  is terminating or missing", ("LocalQueue", "main"), "is terminating or missing"),
        ("ClusterQueue team-a-cq doesn't exist", ("ClusterQueue", "team-a-cq"), "team-a-cq does not exist"),
        ("ClusterQueue team-a-cq is stopped", ("ClusterQueue", "team-a-cq"), "so Job train cannot start"),
    ],
)
def test_what_the_workload_is_told(message: str, reason: str, subject: tuple[str, str], words: str) -> None:
    lab = Lab().apply(local_queue(), queued_job(), workload(no_quota(message, reason)))
    found = lab.one(ID)
    assert (found.subject.kind, found.subject.name) == subject
    assert (found.severity, found.root) == ("high", True)
    assert words in found.title
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == ID


@pytest.mark.parametrize(
    ("reason", "subject"), [("ClusterQueueStopped", "team-a-cq"), ("LocalQueueStopped", "main")]
)
def test_a_queue_that_was_drained(reason: str, subject: str) -> None:
    sent_back = workload(evicted(reason, "The queue is stopped"))
    assert Lab().apply(local_queue(), queued_job(), sent_back).one(ID).subject.name == subject


def test_a_queue_that_misses_a_flavor() -> None:
    message = "Can't admit new workloads: references missing ResourceFlavor(s): a100."
    lab = Lab().apply(cluster_queue(condition("Active", "False", "FlavorNotFound", message)))
    assert "references missing ResourceFlavor(s): a100" in lab.one(ID).title
    lab.apply(cluster_queue(condition("Active", "True", "Ready", "Can admit new workloads")))
    assert (lab.one(ID).state, lab.one(ID).severity) == ("closed", "info")


@pytest.mark.parametrize(
    "objects",
    [
        [cluster_queue(condition("Active", "False", "Stopped", "Can't admit new workloads: is stopped"))],
        [cluster_queue(condition("Active", "True", "Ready", "Can admit new workloads"))],
        [queued_job(), workload(no_quota(FULL))],
        [queued_job(), workload(reserved(), admitted())],
    ],
)
def test_open_queues_and_those_stopped_on_purpose(objects: list[dict[str, object]]) -> None:
    assert Lab().apply(*objects).anomalies(ID) == []
