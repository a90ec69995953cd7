"""quota-requires-requests: fields left out and bounds crossed; the quota or the LimitRange is the subject."""

from collections.abc import Callable

import pytest

from tests.support.lab import Lab, at, job, thing
from tests.support.refusals import REFUSALS, refused_job

QUOTA = 'pods "train-x" is forbidden: failed quota: compute-quota: must specify limits.cpu for: main'
BOUND = 'pods "train-x" is forbidden: maximum memory usage per Container is 64Gi, but limit is 128Gi'
LIMITS = thing("LimitRange", "limits", spec={"limits": [{"type": "Container", "max": {"memory": "64Gi"}}]})
OTHER = thing(
    "LimitRange", "disks", spec={"limits": [{"type": "PersistentVolumeClaim", "max": {"storage": "1Ti"}}]}
)


@pytest.mark.parametrize("refused", REFUSALS)
def test_whoever_was_refused_is_told_what_to_state(refused: Callable[[str], Lab]) -> None:
    lab = refused(QUOTA)
    found = lab.one("quota-requires-requests")
    assert (found.subject.kind, found.subject.name, found.root) == ("ResourceQuota", "compute-quota", True)
    assert "quota compute-quota wants every container to state limits.cpu for: main" in found.title
    effects = {each.cause for each in lab.anomalies() if each.id != found.id}
    assert effects <= {found.id, *(each.id for each in lab.anomalies())}


@pytest.mark.parametrize(
    "words",
    [
        'pods "x" is forbidden: failed quota: q: must specify limits.cpu,limits.memory',
        BOUND,
        'pods "x" is forbidden: minimum cpu usage per Pod is 100m, but request is 10m',
        'pods "x" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4.0',
        'pods "x" is forbidden: [maximum cpu usage per Container is 2, but no limit is specified, maximum '
        "memory usage per Container is 1Gi, but limit is 2Gi]",
        'persistentvolumeclaims "d" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Ti, '
        "but request is 2Ti",
    ],
)
def test_all_wordings(words: str) -> None:
    lab = refused_job(words)
    assert lab.root("train") == "quota-requires-requests"


@pytest.mark.parametrize("late", [True, False])
def test_the_limit_range_that_sets_the_bound_is_the_subject(late: bool) -> None:
    lab = refused_job(BOUND).apply(OTHER, LIMITS) if late else Lab().apply(OTHER, LIMITS, job("train"))
    lab.event(job("train"), "FailedCreate", f"Error creating: {BOUND}", seconds=7)
    found = lab.one("quota-requires-requests")
    assert (found.subject.kind, found.subject.name) == ("LimitRange", "limits")
    assert lab.one("controller-cannot-create-pods").cause == found.id


def test_once_a_pod_was_made_it_is_history() -> None:
    lab = refused_job(QUOTA).event(job("train"), "SuccessfulCreate", "Created pod: train-x", seconds=40)
    assert (lab.one("quota-requires-requests").until, lab.failures()) == (at(40), set())


def test_no_room_in_a_quota_is_another_matter() -> None:
    words = 'pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2'
    assert refused_job(words).anomalies("quota-requires-requests") == []
