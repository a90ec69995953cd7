"""change-before-failure needs contrast: the same work went well before, or what it needs is gone."""

import itertools

import pytest

from tests.support.edited import HELM, HELM_WITHOUT_REPLICAS, config_map, manager, reading, service, workload
from tests.support.lab import Lab, Object, at, condition, job, job_pod, stamp, status, terminated

CREATED = manager("kubectl-client-side-apply", "data.mode")
PATCHED = manager("kubectl-patch", "data.mode", seconds=100)
BEFORE, AFTER = (
    config_map("loader", CREATED, mode="sha256:aa"),
    config_map("loader", CREATED, PATCHED, mode="sha256:bb"),
)


def run(name: str, created: float, code: int, *, spec: Object | None = None) -> tuple[Object, Object]:
    kind = "Failed" if code else "Complete"
    owner = job(
        name, status={"conditions": [condition(kind, reason="BackoffLimitExceeded", seconds=created + 30)]}
    )
    ended = terminated(
        code, "Error" if code else "Completed", seconds=created + 20, startedAt=stamp(created + 5)
    )
    meta = {"creationTimestamp": stamp(created)}
    phase = "Failed" if code else "Succeeded"
    work = job_pod(
        f"{name}-x", owner, spec=spec or reading("loader", "mode"), meta=meta, status=status(phase, ended)
    )
    return owner, work


GOOD, BAD = run("load-1", 10, 0), run("load-2", 150, 64)


def test_what_went_well_before_fails_since() -> None:
    lab = Lab().apply(BEFORE, *GOOD, AFTER, *BAD)
    found = lab.one("change-before-failure")
    assert found.title == (
        "ConfigMap loader was changed at 2026-11-24 12:01:40 UTC (data.mode from sha256:aa to sha256:bb, by "
        "kubectl-patch): the same work went well before, and Job load-2 failed after it"
    )
    assert (found.subject.name, found.root) == ("loader", True)
    verdict = lab.session("load-2").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.confidence) == ("change-before-failure", 0.8)
    assert lab.session("load-1").verdict is None


def test_whatever_arrives_first() -> None:
    for order in itertools.permutations((BEFORE, AFTER, GOOD[1], BAD[1])):
        if order.index(BEFORE) < order.index(AFTER):
            assert len(Lab().apply(GOOD[0], BAD[0], *order).anomalies("change-before-failure")) == 1


def test_values_that_were_not_recorded_are_told_as_such() -> None:
    hidden: dict[str, object] = {"data": {"mode": None}}
    lab = Lab().apply(BEFORE | hidden, *GOOD, AFTER | hidden, *BAD)
    assert "(data.mode, by kubectl-patch)" in lab.one("change-before-failure").title


def test_many_that_fail_are_one_incident() -> None:
    lab = Lab().apply(BEFORE, *GOOD, AFTER, *BAD, *run("load-3", 200, 64))
    assert len(lab.one("change-before-failure").sessions) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(run("load-1", 10, 64), BAD, id="it failed before, too"),
        pytest.param(GOOD, run("load-2", 60, 64), id="it failed before the change"),
        pytest.param(GOOD, run("load-2", 3800, 64), id="an hour later"),
        pytest.param(run("other", 10, 0, spec=reading("loader", "mode", "prepare")), BAD, id="other work"),
        pytest.param(GOOD, run("load-2", 150, 64, spec=reading("loader", "path")), id="another key"),
        pytest.param(GOOD, run("load-2", 150, 64, spec=reading("other", "mode")), id="another ConfigMap"),
    ],
)
def test_without_contrast_it_is_silent(first: tuple[Object, Object], second: tuple[Object, Object]) -> None:
    lab = Lab().apply(BEFORE, *first, AFTER, *second)
    assert lab.anomalies("change-before-failure") == []


def test_a_success_after_the_change_speaks_against_it() -> None:
    lab = Lab().apply(BEFORE, *GOOD, AFTER, *BAD, *run("load-3", 200, 0))
    assert lab.anomalies("change-before-failure") == []


def test_no_run_before_says_nothing() -> None:
    assert Lab().apply(BEFORE, AFTER, *BAD).anomalies("change-before-failure") == []


def test_what_ended_from_outside_is_no_failure_of_the_program() -> None:
    owner, work = BAD
    evicted = work | {
        "status": work["status"] | {"reason": "Evicted", "message": "The node was low on resource"}
    }
    assert Lab().apply(BEFORE, *GOOD, AFTER, owner, evicted).anomalies("change-before-failure") == []


# --- a Service's workload went to 0 ---------------------------------------------------------------------

FULL, EMPTY = (
    workload("StatefulSet", "postgresql", 1, HELM),
    workload("StatefulSet", "postgresql", 0, HELM_WITHOUT_REPLICAS),
)


def asking(command: str) -> Object:
    return {"containers": [{"name": "main", "image": "etl:1", "command": ["sh", "-c", command]}]}


@pytest.mark.parametrize(
    "command", ["psql -h postgresql -c 1", "nc $POSTGRESQL_SERVICE_HOST 5432", "pg://u@postgresql:5432/x"]
)
def test_a_service_whose_workload_was_scaled_to_0(command: str) -> None:
    lab = Lab().apply(service("postgresql"), FULL).apply(EMPTY, seconds=100)
    lab.apply(*run("pm", 150, 2, spec=asking(command)))
    verdict = lab.session("pm").verdict
    assert verdict is not None
    assert [each.failure for each in verdict.path[:3]] == [
        "imperative-change-drift",
        "change-before-failure",
        "container-exit-error",
    ]
    assert verdict.path[0].subject.name == "postgresql"


def test_the_service_may_be_seen_last() -> None:
    lab = Lab().apply(FULL).apply(EMPTY, seconds=100)
    lab.apply(*run("pm", 150, 2, spec=asking("psql -h postgresql")), service("postgresql"))
    assert "Job pm, which needs it" in lab.one("change-before-failure").title


def test_scaled_up_again_before_it_failed() -> None:
    lab = Lab().apply(service("postgresql"), FULL).apply(EMPTY, seconds=100).apply(FULL, seconds=140)
    lab.apply(*run("pm", 150, 2, spec=asking("psql -h postgresql")))
    assert lab.anomalies("change-before-failure") == []


def test_who_does_not_name_the_service_did_not_need_it() -> None:
    lab = Lab().apply(service("postgresql"), FULL).apply(EMPTY, seconds=100)
    lab.apply(*run("pm", 150, 2, spec=asking("python train.py")))
    assert lab.anomalies("change-before-failure") == []
    assert lab.one("imperative-change-drift").until is None
    assert lab.one("imperative-change-drift").since == at(100)
