"""kueue-admission-check-failed: the check is the subject; what was reset is told by events and evictions."""

from typing import Any

import pytest

from tests.support.lab import Lab, condition, stamp
from tests.support.queues import admitted, evicted, queued_job, reserved, workload

ID = "kueue-admission-check-failed"


def check(state: str, message: str = "Provisioning Request's capacity not found") -> dict[str, Any]:
    return {"name": "prov", "state": state, "message": message, "lastTransitionTime": stamp(30)}


@pytest.mark.parametrize(("state", "severity"), [("Rejected", "high"), ("Retry", "medium")])
def test_a_check_refuses(state: str, severity: str) -> None:
    lab = Lab().apply(queued_job(), workload(reserved(20), admissionChecks=[check(state)]))
    found = lab.one(ID)
    assert (found.severity, found.subject.kind, found.subject.name) == (severity, "AdmissionCheck", "prov")
    assert "capacity not found" in found.title


def test_the_events_remember() -> None:
    text = 'Admission check in Rejected state: "prov" (capacity not found)'
    held = workload(reserved(20), admissionChecks=[check("Pending")])
    lab = Lab().apply(queued_job(), held).event(held, "AdmissionCheckRejected", text)
    assert text in lab.one(ID).title
    assert Lab().apply(queued_job(), workload(evicted("AdmissionCheck", text))).one(ID).title.endswith(text)


def test_it_has_the_workload_given_up() -> None:
    gone = workload(
        evicted("DeactivatedDueToAdmissionCheck", "no"), active=False, admissionChecks=[check("Rejected")]
    )
    lab = Lab().apply(queued_job(), gone)
    assert lab.one("kueue-workload-deactivated").cause == lab.one(ID).id


@pytest.mark.parametrize("state", ["Ready", "Pending"])
def test_checks_that_agree_or_are_not_done(state: str) -> None:
    held = workload(reserved(20), admitted(40), admissionChecks=[check(state, "")])
    assert Lab().apply(queued_job(), held).anomalies(ID) == []
    assert Lab().apply(workload(condition("Finished"))).anomalies(ID) == []
