"""kueue-topology-no-fit: quota is there, closeness is not."""

import pytest

from tests.support.lab import Lab
from tests.support.queues import FULL, admitted, no_quota, queued_job, reserved, workload

ID = "kueue-topology-no-fit"
SOME = 'couldn\'t assign flavors to pod set main: topology "two-level" allows to fit only 3 out of 4 pod(s)'
NONE = "couldn't assign flavors to pod set main: topology \"two-level\" doesn't allow to fit any of 4 pod(s)"


@pytest.mark.parametrize("reason", ["Pending", "TopologyPlacementFailed"])
@pytest.mark.parametrize(("message", "words"), [(SOME, "for 3 of 4 pods"), (NONE, "for none of 4 pods")])
def test_no_place(message: str, words: str, reason: str) -> None:
    lab = Lab().apply(queued_job(), workload(no_quota(message, reason)))
    assert lab.one(ID).severity == "medium"
    assert words in lab.one(ID).title
    lab.apply(workload(reserved(60), admitted(60)), queued_job(suspended=False))
    assert (lab.one(ID).state, lab.one(ID).severity) == ("closed", "info")


def test_no_quota_is_another_failure() -> None:
    assert Lab().apply(queued_job(), workload(no_quota(FULL))).anomalies(ID) == []
