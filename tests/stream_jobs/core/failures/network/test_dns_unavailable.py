"""dns-unavailable: CoreDNS without a copy, and the programs that found no name meanwhile."""

from tests.support.edited import manager, workload
from tests.support.lab import Lab, Object, condition, job, job_pod, node, status, terminated

APPLIED = manager("kubectl-client-side-apply", "spec.template")
ILL = condition("Available", "False", "MinimumReplicasUnavailable", seconds=10)


def coredns(*conditions: Object, replicas: int = 2, there: int = 0) -> Object:
    told = {"availableReplicas": there, "conditions": list(conditions)}
    return workload("Deployment", "coredns", replicas, APPLIED, namespace="kube-system", status=told)


def failed(message: str, seconds: float = 60) -> list[Object]:
    train = job("train")
    ended = status("Failed", terminated(1, message=message, seconds=seconds))
    return [train, job_pod("train-x", train, status=ended)]


def test_without_a_copy_for_two_minutes() -> None:
    lab = Lab().apply(coredns(ILL)).quiet(10 + 119)
    assert lab.anomalies("dns-unavailable") == []
    assert "has 0 of 2 copies available" in lab.quiet(10 + 122).one("dns-unavailable").title


def test_scaled_to_0_is_told_at_once_and_is_an_effect_of_that() -> None:
    lab = Lab().apply(coredns(there=2), coredns(replicas=0))
    assert not lab.one("dns-unavailable").root
    assert lab.one("imperative-change-drift").root


def test_programs_that_found_no_name_meanwhile() -> None:
    for objects in (
        [coredns(ILL), *failed("could not resolve host: hub")],
        [*failed("no such host"), coredns(ILL)],
    ):
        lab = Lab().apply(*objects)
        assert not lab.one("container-exit-error").root
        verdict = lab.session("train").verdict
        assert verdict is not None
        assert verdict.failure == "dns-unavailable"


def test_other_programs_end_for_other_reasons() -> None:
    lab = Lab().apply(coredns(ILL), *failed("KeyError")).quiet(300)
    assert lab.one("container-exit-error").root


def test_a_node_problem_detector_s_word() -> None:
    item = node("n-1")
    lab = Lab().apply(item).event(item, "DNSUnreachable", "DNS is unreachable", component="network-monitor")
    assert lab.one("dns-unavailable").subject.name == "n-1"


def test_a_name_service_that_is_well_or_elsewhere() -> None:
    for item in (coredns(condition("Available"), there=1), workload("Deployment", "coredns", 0, APPLIED)):
        assert Lab().apply(item).quiet(900).anomalies("dns-unavailable") == []
