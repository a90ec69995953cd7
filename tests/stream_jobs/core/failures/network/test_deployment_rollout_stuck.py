"""deployment-rollout-stuck: a Deployment says so itself, others are silent for 15 minutes."""

from tests.support.edited import workload
from tests.support.lab import Lab, Object, condition, pod, running, status, thing

LATE = 'ReplicaSet "web-2" has timed out progressing.'


def deployment(status_word: str, reason: str, seconds: float = 60) -> Object:
    told = {
        "conditions": [condition("Progressing", status_word, reason, LATE, seconds)],
        "availableReplicas": 2,
    }
    return workload("Deployment", "web", 2, status=told)


def test_a_deployment_says_it_itself() -> None:
    found = Lab().apply(deployment("False", "ProgressDeadlineExceeded")).one("deployment-rollout-stuck")
    assert LATE in found.evidence[0].says
    assert "rollout undo deployment/web" in found.playbook[0]


def test_a_rollout_that_goes_on_is_cured() -> None:
    lab = Lab().apply(
        deployment("False", "ProgressDeadlineExceeded"), deployment("True", "ReplicaSetUpdated", 90)
    )
    assert lab.one("deployment-rollout-stuck").state == "closed"


def test_a_stateful_set_that_stands_between_two_versions() -> None:
    told = {"currentRevision": "web-1", "updateRevision": "web-2", "availableReplicas": 1}
    web = workload("StatefulSet", "web", 2, status=told)
    ill = pod("web-1", owner=web, status=status("Running", running(ready=False)))
    lab = Lab().apply(web, ill).quiet(899)
    assert lab.anomalies("deployment-rollout-stuck") == []
    assert "pod web-1 is not ready" in lab.quiet(902).one("deployment-rollout-stuck").title


def test_a_daemon_set_that_stands_between_two_versions() -> None:
    told = {"desiredNumberScheduled": 3, "updatedNumberScheduled": 1, "numberReady": 3}
    agent = thing("DaemonSet", "agent", api="apps/v1", status=told)
    lab = Lab().apply(agent, pod("agent-x", owner=agent)).quiet(902)
    assert lab.one("deployment-rollout-stuck").subject.kind == "DaemonSet"


def test_rollouts_that_are_well() -> None:
    same = {"currentRevision": "web-1", "updateRevision": "web-1"}
    lab = Lab().apply(
        deployment("True", "NewReplicaSetAvailable"), workload("StatefulSet", "web", 2, status=same)
    )
    assert lab.quiet(2000).anomalies("deployment-rollout-stuck") == []
