"""node-system-oom: the whole machine; a container that hits its own limit is none."""

import pytest

from tests.support.lab import at, job, status, terminated
from tests.support.machines import at_work, machine, told

CGROUP = "Memory cgroup out of memory: Killed process 4120 (python) total-vm:70324kB, anon-rss:52964kB"
BARE = "Killed process 4120 (python) total-vm:70324kB, anon-rss:52964kB"


@pytest.mark.parametrize(
    ("reason", "message", "confidence"),
    [
        ("SystemOOM", "System OOM encountered, victim process: python, pid: 3419", 1.0),
        ("OOMKilling", "Out of memory: Killed process 4120 (python) total-vm:70324kB", 1.0),
        ("OOMKilling", BARE, 0.5),
    ],
)
def test_every_wording_names_the_victim(reason: str, message: str, confidence: float) -> None:
    found = told(machine(), [(reason, message)], component="kernel-monitor").one("node-system-oom")
    assert found.title == "Node gpu-7 ran out of memory as a whole, and Linux killed python"
    assert (found.confidence, found.since) == (confidence, at(60))


def test_it_is_why_a_container_below_its_limit_died() -> None:
    lab = told(machine(), [("SystemOOM", "System OOM encountered, victim process: python, pid: 3419")])
    killed = at_work(state=status("Failed", terminated(137, "OOMKilled", seconds=61)))
    found = lab.apply(job("train"), killed).one("node-system-oom")
    assert (lab.one("container-oom-killed").cause, found.severity) == (found.id, "high")


def test_a_container_at_its_own_limit_is_none() -> None:
    lab = told(machine(), [("OOMKilling", CGROUP), ("OOMKilling", BARE)], component="kernel-monitor")
    killed = at_work(state=status("Failed", terminated(137, "OOMKilled", seconds=60)))
    assert lab.apply(job("train"), killed, machine()).anomalies("node-system-oom") == []
