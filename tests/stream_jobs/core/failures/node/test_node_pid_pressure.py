"""node-pid-pressure: the condition or its event."""

import pytest

from tests.support.lab import Lab, Object, condition
from tests.support.machines import machine, told

TRUE = condition("PIDPressure", "True", "KubeletHasInsufficientPID", "kubelet has insufficient PID available")


@pytest.mark.parametrize(
    ("item", "reason", "message"),
    [
        (machine(TRUE), "NodeHasInsufficientPID", "Node gpu-7 status is now: NodeHasInsufficientPID"),
        (machine(), "EvictionThresholdMet", "Attempting to reclaim pids"),
    ],
)
def test_it_is_found_once(item: Object, reason: str, message: str) -> None:
    assert "so many processes" in told(item, [(reason, message)]).one("node-pid-pressure").title


def test_enough_numbers() -> None:
    lab = Lab().apply(machine(condition("PIDPressure", "False", "KubeletHasSufficientPID")))
    assert lab.anomalies() == []
