"""quota-almost-full: a note about what runs need, never the cause of a refusal."""

import pytest

from tests.support.lab import Lab, Object, job, thing


def quota(hard: dict[str, str], used: dict[str, str]) -> Object:
    return thing("ResourceQuota", "team", status={"hard": hard, "used": used})


@pytest.mark.parametrize(
    ("resource", "hard", "used", "says"),
    [
        ("requests.nvidia.com/gpu", "8", "8", "all of 8 GPUs (nvidia.com/gpu)"),
        ("requests.cpu", "100", "95500m", "more than 90% of 100 CPUs"),
        ("limits.memory", "1Ti", "1000Gi", "more than 90% of 1 TiB memory"),
        ("pods", "10", "9", "more than 90% of 10 pods"),
        ("count/pods", "10", "12", "all of 10 pods"),
    ],
)
def test_what_is_nearly_taken(resource: str, hard: str, used: str, says: str) -> None:
    found = Lab().apply(quota({resource: hard}, {resource: used})).one("quota-almost-full")
    assert found.title == f"Quota team of namespace ml is nearly used up: {says}"
    assert found.severity == "info"


@pytest.mark.parametrize(
    ("resource", "hard", "used"),
    [
        ("requests.cpu", "100", "80"),
        ("services.loadbalancers", "1", "1"),
        ("pods", "0", "0"),
        ("pods", "10", ""),
    ],
)
def test_not(resource: str, hard: str, used: str) -> None:
    assert Lab().apply(quota({resource: hard}, {resource: used})).anomalies("quota-almost-full") == []


def test_a_refusal_is_its_own_cause() -> None:
    lab = Lab().apply(quota({"pods": "2"}, {"pods": "2"}), job("train"))
    words = 'pods "x" is forbidden: exceeded quota: team, requested: pods=1, used: pods=2, limited: pods=2'
    lab.event(job("train"), "FailedCreate", f"Error creating: {words}")
    assert lab.one("quota-exceeded").root
    assert lab.root("train") == "quota-exceeded"
