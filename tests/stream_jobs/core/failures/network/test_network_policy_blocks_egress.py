"""network-policy-blocks-egress: a risk until a program says that it found no name."""

import pytest

from tests.support.lab import Lab, Object, job, job_pod, running, status, terminated, thing

NO_NAME = "ConnectionError: Temporary failure in name resolution"
DNS = {"ports": [{"protocol": "UDP", "port": 53}]}


def policy(
    name: str = "deny", *rules: Object, types: tuple[str, ...] = ("Egress",), **selector: Object
) -> Object:
    spec = {"podSelector": selector, "policyTypes": list(types), "egress": list(rules)}
    return thing("NetworkPolicy", name, api="networking.k8s.io/v1", spec=spec)


def failed(message: str = NO_NAME) -> list[Object]:
    train = job("train")
    return [train, job_pod("train-x", train, status=status("Failed", terminated(1, message=message)))]


@pytest.mark.parametrize("order", [1, -1])
def test_a_program_that_found_no_name(order: int) -> None:
    lab = Lab().apply(*[policy(), *failed()][::order])
    (found,) = [each for each in lab.anomalies("network-policy-blocks-egress") if each.severity == "medium"]
    assert found.subject.name == "deny"
    assert not lab.one("container-exit-error").root


def test_alone_it_is_a_risk() -> None:
    assert Lab().apply(policy()).one("network-policy-blocks-egress").severity == "info"


@pytest.mark.parametrize(
    "policies",
    [
        [policy("deny", DNS)],
        [policy("deny", {})],  # everything is allowed
        [policy("deny", {"ports": [{"port": 1, "endPort": 1024}]})],
        [policy("deny"), policy("dns", DNS)],  # together they allow it
        [policy("in", types=("Ingress",))],
        [policy("other", matchLabels={"app": "other"})],
    ],
)
def test_policies_that_let_names_be_looked_up(policies: list[Object]) -> None:
    lab = Lab().apply(*policies, *failed())
    assert [each for each in lab.anomalies("network-policy-blocks-egress") if each.severity != "info"] == []


def test_other_errors_are_others() -> None:
    works = job_pod("w", job("w"), status=status("Running", running()))
    lab = Lab().apply(policy(), works, *failed("KeyError: 'lr'"))
    assert lab.one("network-policy-blocks-egress").severity == "info"
