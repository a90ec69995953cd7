"""How findings become rows: severity in context, one incident one root, cures, withdrawals, verdicts."""

from schemas.contracts import ENDED
from tests.support.edited import manager, workload
from tests.support.lab import Lab, Object, at, condition, job, job_pod, node, pod, status, terminated, thing
from tests.support.pipelines import workflow

KILLED = status("Failed", terminated(137, "OOMKilled"))
GAVE_UP = {"conditions": [condition("Failed", reason="BackoffLimitExceeded", seconds=90)]}
COMPLETE = {"conditions": [condition("Complete", seconds=90)]}


def test_a_failed_run_has_one_root_and_the_path_from_it() -> None:
    train = job("train", status=GAVE_UP)
    lab = Lab().apply(train, job_pod("train-x", train, status=KILLED))
    root, between = lab.one("container-oom-killed"), lab.one("pod-failed")
    symptom = lab.one("job-backoff-limit-exceeded")
    assert (root.root, root.cause) == (True, None)
    assert (between.root, between.cause) == (False, root.id)
    assert (symptom.root, symptom.cause) == (False, between.id)
    assert root.sessions == symptom.sessions == (lab.session("train").id,)
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.anomaly) == ("container-oom-killed", root.id)
    assert verdict.evidence[0].says.startswith("container main: OOMKilled")
    assert verdict.playbook == root.playbook


def test_many_objects_with_one_cause_are_one_incident() -> None:
    train = job("train", status=GAVE_UP)
    first = job_pod("train-a", train, status=status("Failed", terminated(137, "OOMKilled", seconds=50)))
    later = job_pod("train-b", train, status=status("Failed", terminated(137, "OOMKilled", seconds=70)))
    lab = Lab().apply(train, later, first)
    one, two = lab.anomalies("container-oom-killed")
    assert (one.subject.name, one.root) == ("train-a", True)
    assert (two.subject.name, two.root, two.cause) == ("train-b", False, one.id)


def test_a_run_that_healed_by_a_retry_raises_nothing_above_info() -> None:
    train = job("train")
    killed, again = job_pod("train-a", train, status=KILLED), job_pod("train-b", train)
    lab = Lab().apply(train, killed, again)
    assert lab.one("container-oom-killed").severity == "critical"
    lab.apply(job_pod("train-b", train, status=status("Succeeded", terminated(0, "Completed"))))
    lab.apply(job("train", status=COMPLETE))
    healed = lab.one("container-oom-killed")
    assert (healed.severity, healed.state, healed.until) == ("info", "closed", at(90))
    assert lab.session("train").verdict is None


def test_what_no_session_needs_counts_one_less() -> None:
    replicas = thing("ReplicaSet", "web-1", api="apps/v1", spec={})
    lab = Lab().apply(replicas, pod("web-1-x", owner=replicas, status=KILLED))
    assert lab.one("container-oom-killed").severity == "high"


def test_a_deleted_object_closes_its_anomaly() -> None:
    train = job("train", status=GAVE_UP)
    killed = job_pod("train-x", train, status=KILLED)
    lab = Lab().apply(train, killed).delete(killed, seconds=200)
    assert (lab.one("container-oom-killed").state, lab.one("container-oom-killed").until) == (
        "closed",
        at(200),
    )
    assert lab.session("train").verdict is not None


def test_a_failure_that_nothing_explains_is_said_to_be_unexplained() -> None:
    odd = condition("Failed", reason="SomethingNew", message="the controller says so")
    lab = Lab().apply(job("train", status={"conditions": [odd]}))
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == ""
    assert verdict.title == "Not explained by Kubernetes data: SomethingNew: the controller says so"
    assert "1 objects of the run, 0 of them pods" in verdict.checked[0]
    assert any("events of namespace ml were not collected" in each for each in verdict.checked)


def test_a_finding_that_does_not_hold_any_more_is_withdrawn() -> None:
    failing = {"conditions": [condition("FailureTarget", reason="BackoffLimitExceeded")]}
    lab = Lab().apply(job("train", status=failing))
    assert lab.anomalies("job-backoff-limit-exceeded") != []
    lab.apply(job("train", status={}))
    assert lab.anomalies("job-backoff-limit-exceeded") == []
    assert [each.state for each in lab.all_anomalies.values()] == ["withdrawn"]


def test_a_row_is_sent_only_when_it_says_something_new() -> None:
    train = job("train")
    lab = Lab().apply(train)
    versions = [each.version for each in lab.sessions.values()]
    lab.apply(node("worker-1"), job("train", meta={"annotations": {"note": "nothing that is judged"}}))
    assert [each.version for each in lab.sessions.values()] == versions


def test_ids_hold_over_clusters_only_within_one() -> None:
    def ids(cluster: str) -> set[str]:
        return {each.id for each in Lab(cluster).apply(*failed()).all_anomalies.values()}

    def failed() -> list[Object]:
        return [job("train", status=GAVE_UP), job_pod("train-x", job("train"), status=KILLED)]

    assert ids("a") == ids("a")
    assert not ids("a") & ids("b")


def test_a_run_deleted_in_the_middle_is_cancelled_with_its_time() -> None:
    train = job("train")
    lab = Lab().apply(train).delete(train, seconds=30)
    session = lab.session("train")
    assert (session.phase, session.deleted, session.phase in ENDED) == ("Cancelled", at(30), True)


def test_what_a_run_did_to_another_is_told_of_the_other() -> None:
    """The preemptor is the subject, and is well."""
    urgent, batch = job("urgent"), job("batch")
    winner = job_pod("urgent-x", urgent, spec={"priority": 1000}, status=status("Running"))
    turned = condition("DisruptionTarget", reason="PreemptionByScheduler")
    loser = job_pod("batch-x", batch, status=status("Failed", conditions=[turned]))
    related = {"kind": "Pod", "namespace": "ml", "name": "urgent-x", "uid": winner["metadata"]["uid"]}
    lab = Lab().apply(urgent, batch, loser)
    lab.event(
        loser, "Preempted", "Preempted by pod on node n", component="default-scheduler", related=related
    )
    lab.apply(winner)
    preempted = lab.one("preempted-by-higher-priority")
    assert (preempted.subject.kind, preempted.subject.name) == ("Job", "urgent")
    assert preempted.sessions == (lab.session("batch").id,)
    assert lab.session("urgent").verdict is None


def test_what_is_blamed_no_longer_hits_no_longer() -> None:
    """A Workflow that waited while its controller was away, as it seemed: its first version came late."""
    lab = Lab().apply(controller(1), controller(0), workflow("etl"))
    assert lab.one("imperative-change-drift").sessions == (lab.session("etl").id,)
    lab.apply(workflow("etl", "Running"))
    assert lab.anomalies("operator-not-reconciling") == []
    assert lab.one("imperative-change-drift").sessions == ()


def test_a_cause_in_another_namespace_is_found_whenever_it_comes() -> None:
    ready = workload("Deployment", "workflow-controller", 0, namespace="argo")
    lab = Lab().apply(ready, workflow("etl"))
    assert lab.one("operator-not-reconciling").root
    lab = Lab().apply(workflow("etl"), controller(1), controller(0))
    assert not lab.one("operator-not-reconciling").root


def controller(replicas: int) -> Object:
    applied = manager("kubectl-client-side-apply", "spec.template")
    return workload("Deployment", "workflow-controller", replicas, applied, namespace="argo")
