"""What a run that does not start yet waits for."""

from typing import Any

import pytest

from tests.support.lab import Lab, condition, job, job_pod, running, status, waiting

UNBOUND = condition("PodScheduled", "False", "Unschedulable", "0/3 nodes are available: 3 Insufficient cpu.")
SPEC = {"initContainers": [{"name": "wait-for-db"}], "containers": [{"name": "main"}]}


def preparing(container: dict[str, Any], **more: Any) -> dict[str, Any]:
    state = status("Pending", waiting("PodInitializing")) | {"initContainerStatuses": [container]}
    return {"status": state, "spec": SPEC | more}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"status": status("Pending", conditions=[UNBOUND])}, "Insufficient cpu"),
        (preparing(running(name="wait-for-db")), "init container wait-for-db"),
        (preparing(running(name="p"), initContainers=[{"name": "p", "restartPolicy": "Always"}]), ""),
        ({"status": status("Pending", waiting("ContainerCreating"))}, ""),
    ],
)
def test_what_a_job_waits_for(parts: dict[str, Any], said: str) -> None:
    train = job("train", status={"active": 1})
    wait = Lab().apply(train, job_pod("train-x", train, **parts)).session("train").wait
    assert said in wait
    assert bool(said) == bool(wait)
