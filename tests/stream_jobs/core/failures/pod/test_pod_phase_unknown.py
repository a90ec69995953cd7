"""pod-phase-unknown: clusters of all ages, and the end of it."""

import pytest

from tests.support.lab import Lab, Object, at, condition, pod, running, status

LOST = "Node gpu-7 which was running pod train-0 is unresponsive"
SPEC: Object = {"nodeName": "gpu-7", "containers": [{"name": "main"}]}
UNKNOWN = status("Unknown", running(), conditions=[condition("Ready", "Unknown", seconds=40)])


@pytest.mark.parametrize(
    "shown",
    [
        UNKNOWN | {"reason": "NodeLost", "message": LOST},
        UNKNOWN,
        status("Running", running(), reason="NodeLost", message=LOST),
    ],
)
def test_nobody_knows(shown: Object) -> None:
    lab = Lab().apply(pod("train-0", spec=SPEC, status=shown), seconds=42)
    found = lab.one("pod-phase-unknown")
    assert "there was no contact with node gpu-7" in found.title
    assert (found.state, found.severity) == ("open", "high")


def test_it_is_history_when_the_node_is_back() -> None:
    lab = Lab().apply(pod("train-0", spec=SPEC, status=UNKNOWN), seconds=42)
    lab.apply(pod("train-0", spec=SPEC, status=status("Running", running())), seconds=90)
    found = lab.one("pod-phase-unknown")
    assert (found.since, found.until, found.severity) == (at(40), at(90), "info")


def test_a_pod_that_is_only_not_ready_is_none() -> None:
    shown = status("Running", running(), conditions=[condition("Ready", "False")])
    assert Lab().apply(pod("train-0", spec=SPEC, status=shown)).anomalies("pod-phase-unknown") == []
