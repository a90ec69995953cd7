"""pod-sandbox-failed: the event, and the plugin that it names; a start that came after all ends it."""

import pytest

from tests.support.lab import Lab, Object, condition, job, running, status, waiting
from tests.support.machines import at_work, machine

CALICO = (
    "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: "
    'plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized'
)
TIMEOUT = "Failed to create pod sandbox: rpc error: code = DeadlineExceeded desc = context deadline exceeded"
CREATING = status("Pending", waiting("ContainerCreating"))


def stuck(*messages: str, node: Object | None = None) -> Lab:
    pod = at_work(state=CREATING)
    lab = Lab().apply(node or machine(), job("train"), pod)
    for message in messages:
        lab.event(pod, "FailedCreatePodSandBox", message)
    return lab


@pytest.mark.parametrize(
    ("message", "words"),
    [(CALICO, "is not set up by its network plugin calico on node gpu-7"), (TIMEOUT, "DeadlineExceeded")],
)
def test_it_is_told(message: str, words: str) -> None:
    lab = stuck(message)
    found = lab.one("pod-sandbox-failed")
    assert words in found.title
    assert lab.one("pod-stuck-container-creating").cause == found.id


def test_a_faulty_node_is_the_cause() -> None:
    bad = condition("ContainerRuntimeReady", "False", "ContainerdDown", seconds=0)
    lab = stuck(TIMEOUT, node=machine(bad))
    assert lab.one("pod-sandbox-failed").cause == lab.one("node-kernel-or-disk-fault").id


def test_a_start_ends_it() -> None:
    lab = stuck(CALICO).apply(at_work(state=status("Running", running(seconds=30))), seconds=31)
    assert (lab.one("pod-sandbox-failed").state, lab.failures()) == ("closed", set())


def test_a_runtime_that_is_missing_is_another_failure() -> None:
    message = (
        'Failed to create pod sandbox: failed to get sandbox runtime: no runtime for "nvidia" is configured'
    )
    assert stuck(message).anomalies("pod-sandbox-failed") == []
