"""node-not-ready: Ready is False with the kubelet's words; a node that only starts is none."""

from tests.support.lab import Lab, Object, at, condition, node

OLD = {"creationTimestamp": "2026-11-23T12:00:00Z"}
NO_NETWORK = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"
PLEG = "PLEG is not healthy: pleg was last seen active 3m12.45s ago; threshold is 3m0s"


def ready(value: str, seconds: float, message: str = "", **parts: object) -> Object:
    told = condition("Ready", value, "KubeletNotReady" if value == "False" else "", message, seconds)
    return node("gpu-7", status={"conditions": [told]}, **parts)


def test_the_kubelet_s_words_are_told() -> None:
    found = Lab().apply(ready("True", 0, meta=OLD), ready("False", 60, PLEG, meta=OLD)).one("node-not-ready")
    assert found.title == f"Node gpu-7 was not ready: {PLEG}"
    assert (found.severity, found.state) == ("critical", "open")


def test_a_new_node_has_two_minutes() -> None:
    lab = Lab().apply(ready("False", 1, NO_NETWORK))
    assert lab.quiet(119).anomalies("node-not-ready") == []
    assert lab.quiet(122).one("node-not-ready").since == at(1)


def test_a_node_that_started_in_time_is_well() -> None:
    lab = Lab().apply(ready("False", 1, NO_NETWORK), ready("True", 40))
    assert lab.quiet(600).anomalies("node-not-ready") == []


def test_no_contact_is_another_failure() -> None:
    lab = Lab().apply(ready("Unknown", 60, meta=OLD))
    assert lab.anomalies("node-not-ready") == []


def test_what_is_over_is_still_told() -> None:
    lab = Lab().apply(ready("False", 60, PLEG, meta=OLD), ready("True", 90, meta=OLD))
    assert (lab.one("node-not-ready").state, lab.one("node-not-ready").until) == ("closed", at(90))
