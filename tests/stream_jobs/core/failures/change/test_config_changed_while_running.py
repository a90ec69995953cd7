"""config-changed-while-running: pods of runs that were at work and read what was changed."""

import pytest

from tests.support.edited import config_map, manager, reading
from tests.support.lab import Lab, Object, job, job_pod, running, status, terminated

FIRST = manager("kubectl-client-side-apply", "data")
PATCH = manager("kubectl-patch", "data.lr", seconds=50)


def changed(key: str = "lr") -> list[Object]:
    return [
        config_map("schedule", FIRST, lr="0.1", batch="8"),
        config_map("schedule", PATCH, **{"lr": "0.1", "batch": "8"} | {key: "9"}),
    ]


def trainer(phase: Object, key: str = "lr") -> list[Object]:
    train = job("train")
    return [train, job_pod("train-x", train, spec=reading("schedule", key), status=phase)]


def test_a_run_that_reads_it_is_told_even_where_it_succeeded() -> None:
    before, after = changed()
    lab = Lab().apply(before, *trainer(status("Running", running(seconds=10))))
    lab.apply(after, seconds=50)
    found = lab.one("config-changed-while-running")
    assert "data.lr from 0.1 to 9, by kubectl-patch" in found.title
    assert "keeps the old values" in found.title
    assert (found.severity, found.subject.name) == ("low", "schedule")
    lab.apply(*trainer(status("Succeeded", terminated(0, "Completed", seconds=90))))
    done = {"conditions": [{"type": "Complete", "status": "True"}]}
    verdict = lab.apply(job("train", status=done)).session("train").verdict
    assert verdict is not None
    assert verdict.failure == "config-changed-while-running"


def test_files_get_the_new_values() -> None:
    spec = {"volumes": [{"name": "c", "configMap": {"name": "schedule"}}], "containers": [{"name": "main"}]}
    before, after = changed()
    train = job("train")
    lab = Lab().apply(
        before, train, job_pod("train-x", train, spec=spec, status=status("Running", running()))
    )
    assert "a minute later" in lab.apply(after, seconds=50).one("config-changed-while-running").title


@pytest.mark.parametrize(
    ("phase", "key", "name"),
    [
        (status("Running", running(seconds=60)), "lr", "schedule"),  # started after it
        (status("Succeeded", terminated(0, seconds=40)), "lr", "schedule"),  # over before it
        (status("Running", running(seconds=10)), "batch", "schedule"),  # reads another key
    ],
)
def test_runs_that_it_does_not_concern(phase: Object, key: str, name: str) -> None:
    before, after = changed()
    lab = Lab().apply(before, *trainer(phase, key)).apply(after, seconds=50)
    assert lab.anomalies("config-changed-while-running") == []


def test_what_the_cluster_writes_itself() -> None:
    spec = {
        "volumes": [{"name": "c", "configMap": {"name": "kube-root-ca.crt"}}],
        "containers": [{"name": "main"}],
    }
    train = job("train")
    lab = Lab().apply(config_map("kube-root-ca.crt", FIRST, ca="1"), train)
    lab.apply(job_pod("train-x", train, spec=spec, status=status("Running", running())))
    lab.apply(config_map("kube-root-ca.crt", PATCH, ca="2"), seconds=50)
    assert lab.anomalies("config-changed-while-running") == []
