"""deployment-replicas-unavailable: trouble at once, mere slowness after 15 minutes, planned absence never."""

from tests.support.edited import workload
from tests.support.lab import Lab, Object, condition, pod, running, stamp, status, thing, waiting

ILL = condition("Available", "False", "MinimumReplicasUnavailable", seconds=10)
WELL = condition("Available", seconds=10)


def deployment(*conditions: Object, replicas: int = 3, there: int = 0) -> Object:
    told = {"availableReplicas": there, "conditions": list(conditions)}
    return workload("Deployment", "web", replicas, status=told)


def copy(owner: Object, told: Object, name: str = "web-1-x") -> list[Object]:
    made = thing("ReplicaSet", "web-1", api="apps/v1", owner=owner)
    return [made, pod(name, owner=made, status=told)]


ENDED = {"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": stamp(20)}}
CRASHING = status("Running", waiting("CrashLoopBackOff", restartCount=3, lastState=ENDED))


def test_trouble_that_shows_is_told_at_once_and_names_the_pod() -> None:
    web = deployment(ILL)
    found = Lab().apply(web, *copy(web, CRASHING)).one("deployment-replicas-unavailable")
    assert "has 0 of 3 copies available" in found.title
    assert "web-1-x (CrashLoopBackOff)" in found.title
    assert not found.root


def test_slowness_is_told_after_a_quarter_of_an_hour() -> None:
    web = deployment(ILL)
    lab = Lab().apply(web, *copy(web, status("Running", running(ready=False)))).quiet(10 + 899)
    assert lab.anomalies("deployment-replicas-unavailable") == []
    assert lab.quiet(10 + 902).one("deployment-replicas-unavailable").severity == "low"


def test_pods_that_are_refused() -> None:
    web = deployment(ILL, condition("ReplicaFailure", reason="FailedCreate", seconds=12))
    assert Lab().apply(web).one("deployment-replicas-unavailable").state == "open"


def test_some_of_them_are_missing() -> None:
    for kind in ("StatefulSet", "Deployment"):
        web = workload(kind, "web", 3, status={"availableReplicas": 2, "conditions": [WELL]})
        lab = Lab().apply(web, pod("web-0", owner=web, status=CRASHING))
        assert "has 2 of 3 copies" in lab.one("deployment-replicas-unavailable").title
    daemons = thing(
        "DaemonSet", "agent", api="apps/v1", status={"desiredNumberScheduled": 4, "numberReady": 3}
    )
    lab = Lab().apply(daemons, pod("agent-x", owner=daemons, status=CRASHING))
    assert "has 3 of 4 copies" in lab.one("deployment-replicas-unavailable").title


def test_what_was_cured_is_history() -> None:
    web = deployment(ILL)
    well = condition("Available", seconds=700)
    lab = Lab().apply(web, *copy(web, CRASHING), deployment(well, there=3), seconds=700)
    found = lab.one("deployment-replicas-unavailable")
    assert (found.state, found.severity) == ("closed", "info")


def test_scaled_to_0_or_complete_or_starting() -> None:
    starting = deployment(ILL)
    lab = Lab().apply(deployment(ILL, replicas=0)).quiet(2000)
    assert lab.anomalies("deployment-replicas-unavailable") == []
    lab = Lab().apply(deployment(WELL, there=3)).quiet(2000)
    assert lab.anomalies("deployment-replicas-unavailable") == []
    lab = Lab().apply(starting, *copy(starting, status("Pending"))).quiet(100)
    assert lab.anomalies("deployment-replicas-unavailable") == []
