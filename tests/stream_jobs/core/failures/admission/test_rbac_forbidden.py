"""rbac-forbidden: the words of the API server, wherever a run repeats them."""

import pytest

from tests.support.lab import Lab, job, job_pod, pod, status, terminated
from tests.support.pipelines import step, workflow
from tests.support.refusals import refused_job

WORDS = (
    'workflowtaskresults.argoproj.io is forbidden: User "system:serviceaccount:ml:default" cannot create '
    'resource "workflowtaskresults" in API group "argoproj.io" in the namespace "ml"'
)


def failed_pod(message: str) -> Lab:
    train = job("train", status={"conditions": []})
    return Lab().apply(
        train, job_pod("train-x", train, status=status("Failed", terminated(1, message=message)))
    )


@pytest.mark.parametrize(
    "lab",
    [
        pytest.param(Lab().apply(workflow("train", "Error", "", step("train-1", "Error", WORDS))), id="step"),
        pytest.param(failed_pod(f"time=12:00 level=fatal msg={WORDS}"), id="container"),
        pytest.param(failed_pod(WORDS.replace('"', '\\"')), id="quotes escaped"),
        pytest.param(refused_job(WORDS), id="controller"),
    ],
)
def test_the_account_and_the_right_are_named(lab: Lab) -> None:
    found = lab.one("rbac-forbidden")
    assert (found.subject.kind, found.subject.name, found.root) == ("ServiceAccount", "default", True)
    assert found.title == (
        "ServiceAccount default of namespace ml may not create workflowtaskresults (argoproj.io) "
        "in namespace ml"
    )
    assert "auth can-i create workflowtaskresults.argoproj.io" in found.playbook[0]
    assert lab.root("train") == "rbac-forbidden"


def test_the_program_s_bad_end_is_its_effect() -> None:
    lab = failed_pod(WORDS)
    assert lab.one("container-exit-error").cause == lab.one("rbac-forbidden").id


@pytest.mark.parametrize(
    "lab",
    [
        Lab().apply(pod("train", status=status("Succeeded", terminated(0, "Completed", message=WORDS)))),
        Lab()
        .apply(pod("train"))
        .event(
            pod("train"),
            "FailedMount",
            'secrets "s" is forbidden: User "system:node:worker-1" cannot get resource "secrets"',
        ),
    ],
    ids=["it went well", "the kubelet's own start"],
)
def test_not(lab: Lab) -> None:
    assert lab.anomalies("rbac-forbidden") == []
