"""Roles: attempts are counted in their places, and what a run's end takes down says nothing of a role."""

import pytest

from schemas.contracts import Phase
from stream_jobs.core.runs.roles import Role, attempts_of, role_phase
from tests.support.lab import Lab, Object, pod, running, stamp, status, terminated

RUNS = status("Running", running())
DIED = status("Failed", terminated(1, seconds=30))


def worker(name: str, seconds: int, stand: Object = RUNS) -> Object:
    return pod(name, meta={"creationTimestamp": stamp(seconds)}, status=stand)


def test_who_was_made_after_another_ended_takes_its_place() -> None:
    items = [worker("a", 0, DIED), worker("b", 1), worker("c", 40), worker("d", 41)]
    lab = Lab().apply(*items)
    found = attempts_of((lab.known(each) for each in items), lab.cell)
    assert [(each.number, each.pod) for each in found] == [(1, "a"), (1, "b"), (1, "d"), (2, "c")]


def test_one_name_made_anew_counts_by_its_uid() -> None:
    again = worker("a", 40)
    again["metadata"]["uid"] = "uid-second"
    lab = Lab().apply(worker("a", 0, DIED)).delete(worker("a", 0, DIED)).apply(again)
    found = attempts_of(lab.cell.objects.values(), lab.cell, place=lambda known: known.name)
    assert [(each.number, each.pod_uid) for each in found] == [(1, "uid-pod-a"), (2, "uid-second")]


@pytest.mark.parametrize(
    ("pods", "run", "phase"),
    [
        ([], "Running", "Pending"),
        ([], "Failed", "Skipped"),
        ([worker("a", 0), worker("b", 1, DIED)], "Running", "Running"),
        ([worker("a", 0, DIED)], "Running", "Failed"),
        ([worker("a", 0, DIED), worker("b", 40)], "Running", "Running"),
        ([worker("a", 0)], "Failed", "Cancelled"),  # taken down with the rest
        ([worker("a", 0), worker("b", 1, DIED)], "Failed", "Failed"),
        ([worker("a", 0)], "Succeeded", "Succeeded"),
    ],
)
def test_how_a_role_stands(pods: list[Object], run: Phase, phase: str) -> None:
    lab = Lab().apply(*pods)
    assert role_phase(Role("workers", "group", [lab.known(each) for each in pods]), run) == phase
