"""evicted-node-disk: room, inodes; who wrote little is told to be a victim."""

import pytest

from tests.support.lab import Lab, pod, status

FORM = (
    "The node was low on resource: ephemeral-storage. Threshold quantity: 2126213140, available: 1884540Ki. "
    "Container main was using {}, request is 0, has larger consumption of ephemeral-storage. "
)


def evicted(message: str) -> Lab:
    ended = status("Failed", reason="Evicted", message=message)
    return Lab().apply(pod("a", spec={"nodeName": "gpu-7", "containers": [{"name": "main"}]}, status=ended))


@pytest.mark.parametrize(
    ("message", "end"),
    [
        (FORM.format("3264Ki"), "main used 3.188 MiB, and had asked for none: others filled the disk"),
        (FORM.format("91Gi"), "main used 91 GiB, and had asked for none"),
        ("The node was low on resource: inodes. ", "because the machine had too many files on its disk"),
        ("The node was low on resource: [nodefs]. ", "next to no room left on its disk"),
    ],
)
def test_the_disk_of_the_machine(message: str, end: str) -> None:
    lab = evicted(message)
    assert lab.one("evicted-node-disk").title.endswith(end)
    assert lab.one("pod-failed").cause == lab.one("evicted-node-disk").id


@pytest.mark.parametrize(
    "message",
    [
        "Pod ephemeral local storage usage exceeds the total limit of containers 10Gi. ",
        "Container main exceeded its local ephemeral storage limit 1Gi. ",
        'Usage of EmptyDir volume "dshm" exceeds the limit "2Gi". ',
        "The node was low on resource: memory. ",
        "",
    ],
)
def test_the_pod_s_own_limit_and_other_shortages_are_none(message: str) -> None:
    assert evicted(message).anomalies("evicted-node-disk") == []
