"""zone-outage: one zone is silent while the others are well."""

from tests.support.lab import Lab, Object, condition, node

ZONES = {"a-1": "a", "a-2": "a", "b-1": "b", "b-2": "b", "c-1": "c", "c-2": "c"}


def item(name: str, ready: str = "True", seconds: float = 0) -> Object:
    labels = {"topology.kubernetes.io/zone": ZONES[name]}
    told = {"conditions": [condition("Ready", ready, "NodeStatusUnknown", seconds=seconds)]}
    return node(name, labels=labels, status=told)


def after(*lost: str) -> Lab:
    lab = Lab().apply(*(item(name) for name in ZONES))
    return lab.apply(
        *(item(name, "Unknown", 400 + 60 * index) for index, name in enumerate(lost)), seconds=700
    )


def test_a_zone_that_is_silent_is_the_root() -> None:
    lab = after("b-1", "b-2")
    found = lab.one("zone-outage")
    assert "Zone b is out of reach" in found.title
    assert "2 of its 2 nodes" in found.title
    assert {each.root for each in lab.anomalies("node-unreachable")} == {False}


def test_single_nodes_or_all_zones() -> None:
    assert after("b-1").anomalies("zone-outage") == []
    assert after("a-1", "b-1").anomalies("zone-outage") == []
    assert after(*ZONES).anomalies("zone-outage") == []
