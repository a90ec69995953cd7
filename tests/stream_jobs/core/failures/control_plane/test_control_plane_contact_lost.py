"""control-plane-contact-lost: most nodes at once are one incident, and the root of each node's."""

from tests.support.lab import Lab, Object, condition, node

NAMES = ("n-1", "n-2", "n-3", "n-4")


def lost(name: str, seconds: float) -> Object:
    told = {"conditions": [condition("Ready", "Unknown", "NodeStatusUnknown", seconds=seconds)]}
    return node(name, status=told)


def fleet(times: dict[str, float]) -> Lab:
    lab = Lab().apply(*(node(name) for name in NAMES))
    return lab.apply(*(lost(name, seconds) for name, seconds in times.items()), seconds=600)


def test_most_of_them_at_once() -> None:
    lab = fleet({"n-1": 400, "n-2": 410, "n-3": 420})
    found = lab.one("control-plane-contact-lost")
    assert "3 of 4 nodes lost contact at once" in found.title
    assert found.subject.kind == "Cluster"
    assert {each.root for each in lab.anomalies("node-unreachable")} == {False}


def test_one_after_the_other_or_few() -> None:
    for times in ({"n-1": 300, "n-2": 400, "n-3": 500}, {"n-1": 400, "n-2": 400}):
        assert fleet(times).anomalies("control-plane-contact-lost") == []


def test_a_small_cluster_says_nothing() -> None:
    lab = Lab().apply(node("n-1")).apply(lost("n-1", 400), seconds=600)
    assert lab.anomalies("control-plane-contact-lost") == []


def test_for_a_short_time_it_is_a_note() -> None:
    lab = fleet({"n-1": 590, "n-2": 590, "n-3": 590})
    assert lab.quiet(610).one("control-plane-contact-lost").severity == "info"
    assert lab.quiet(800).one("control-plane-contact-lost").severity == "critical"


def test_contact_that_came_back() -> None:
    lab = fleet({"n-1": 400, "n-2": 400, "n-3": 400})
    again = {"conditions": [condition("Ready", "True", seconds=700)]}
    lab.apply(*(node(name, status=again) for name in NAMES[:3]), seconds=700)
    assert lab.one("control-plane-contact-lost").state == "closed"
