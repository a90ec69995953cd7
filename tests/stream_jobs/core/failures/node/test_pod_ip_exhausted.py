"""pod-ip-exhausted: no address left, in the words of each network."""

import pytest

from tests.support.lab import Lab, job, running, status, waiting
from tests.support.machines import at_work, machine

START = 'Failed to create pod sandbox: plugin type="aws-cni" name="aws-cni" failed (add): '


def stuck(message: str) -> Lab:
    pod = at_work(state=status("Pending", waiting("ContainerCreating")))
    return Lab().apply(machine(), job("train"), pod).event(pod, "FailedCreatePodSandBox", START + message)


@pytest.mark.parametrize(
    "message",
    [
        "add cmd: failed to assign an IP address to container",
        "no IP addresses available in range set: 10.88.0.1-10.88.0.254",
        "InsufficientFreeAddressesInSubnet: the subnet has no free addresses",
        "IP space exhausted",
        "No more IPs available",
    ],
)
def test_every_wording(message: str) -> None:
    lab = stuck(message)
    found = lab.one("pod-ip-exhausted")
    assert (found.subject.kind, found.subject.name, found.root) == ("Node", "gpu-7", True)
    assert lab.one("pod-sandbox-failed").cause == found.id


def test_other_trouble_and_what_is_over() -> None:
    assert stuck("connection is unauthorized").anomalies("pod-ip-exhausted") == []
    begun = at_work(state=status("Running", running(seconds=30)))
    assert stuck("IP space exhausted").apply(begun, seconds=31).failures() == set()
