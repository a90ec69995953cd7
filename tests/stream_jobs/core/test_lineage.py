"""What a step made through a client library is linked to the step's run, with a score, where one fits."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, job, job_pod, pod, running, stamp, status, terminated

BY_LIBRARY = [{"manager": "OpenAPI-Generator", "operation": "Update", "time": stamp(60), "fields": []}]
BY_HAND = [{"manager": "kubectl-create", "operation": "Update", "time": stamp(60), "fields": []}]


def made(name: str = "train-model-fit", managers: list[Any] = BY_LIBRARY, **meta: Any) -> Object:
    return job(name, meta={"creationTimestamp": stamp(60), "managedFields": managers, **meta})


def step(name: str = "train-model", since: int = 10, until: int | None = None) -> Object:
    up = status("Running", running(seconds=since))
    ended = status("Succeeded", terminated(0, "Completed", seconds=until or 0))
    return pod(name, meta={"creationTimestamp": stamp(since)}, status=ended if until else up)


def linked(*objects: Object) -> tuple[str, str, float]:
    lab = Lab().apply(*objects)
    found = next(each for each in lab.sessions.values() if each.engine == "job")
    names = {each.id: each.name for each in lab.sessions.values()}
    return names.get(found.parent, ""), found.link, found.link_score


def test_named_and_born_within_is_a_guess() -> None:
    assert linked(step(), made()) == ("train-model", "inferred", 0.8)


def test_the_order_of_arrival_does_not_matter() -> None:
    assert linked(made(), step()) == ("train-model", "inferred", 0.8)


def test_an_echo_of_the_run_s_id_is_nearly_certain() -> None:
    parent = step("anything")
    child = made("other", labels={"run": parent["metadata"]["uid"]})
    assert linked(parent, child) == ("anything", "inferred", 0.95)


@pytest.mark.parametrize(
    ("others", "child"),
    [
        pytest.param([step("etl")], made("other"), id="nothing but the time fits"),
        pytest.param([step()], made(managers=BY_HAND), id="a person made it"),
        pytest.param([step(since=70)], made(), id="the step began later"),
        pytest.param([step(until=30)], made(), id="the step had ended"),
        pytest.param([step("train"), step("model")], made(), id="two fit alike"),
        pytest.param([], made(), id="nobody is there"),
    ],
)
def test_otherwise_there_is_no_guess(others: list[Object], child: Object) -> None:
    assert linked(*others, child) == ("", "", 1.0)


def test_its_own_pods_are_no_parent() -> None:
    child = made()
    inner = job_pod(
        "train-model-fit-x", child, meta={"creationTimestamp": stamp(30)}, status=status("Running", running())
    )
    assert linked(child, inner) == ("", "", 1.0)
