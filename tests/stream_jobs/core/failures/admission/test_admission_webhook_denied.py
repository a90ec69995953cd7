"""admission-webhook-denied: policies of the API server and of webhooks, with their own words."""

import pytest

from tests.support.lab import Lab, job
from tests.support.refusals import refused_job, refused_step, refused_task_run, webhook_configuration

BY_WEBHOOK = (
    'admission webhook "validate.kyverno.svc-fail" denied the request: \n\nresource Pod/ml/train-x was '
    "blocked due to the following policies \n\nallowed-registries: image registry not allowed"
)
BY_POLICY = (
    "pods \"train-x\" is forbidden: ValidatingAdmissionPolicy 'require-owner' with binding 'require-owner' "
    "denied request: every pod needs an owner"
)


def test_a_policy_of_the_api_server_is_the_subject() -> None:
    lab = refused_job(BY_POLICY)
    found = lab.one("admission-webhook-denied")
    assert (found.subject.kind, found.subject.name, found.root) == (
        "ValidatingAdmissionPolicy",
        "require-owner",
        True,
    )
    assert found.title == (
        "Policy require-owner refuses what Job train wants to create: every pod needs an owner"
    )
    assert lab.one("controller-cannot-create-pods").cause == found.id


@pytest.mark.parametrize("kind", ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"])
def test_the_configuration_of_a_webhook_is_the_subject(kind: str) -> None:
    lab = refused_job(BY_WEBHOOK).apply(webhook_configuration("kyverno", "validate.kyverno.svc-fail", kind))
    found = lab.one("admission-webhook-denied")
    assert (found.subject.kind, found.subject.name) == (kind, "kyverno")
    assert "was blocked due to the following policies allowed-registries: image registry" in found.title


@pytest.mark.parametrize(
    "lab", [refused_task_run(BY_WEBHOOK), refused_step(BY_WEBHOOK)], ids=["Tekton", "Argo"]
)
def test_pipelines_tell_it_too(lab: Lab) -> None:
    assert lab.one("admission-webhook-denied").root
    assert lab.root("train") == "admission-webhook-denied"


def test_a_webhook_that_says_nothing() -> None:
    found = refused_job('admission webhook "w.example" denied the request without explanation')
    assert found.one("admission-webhook-denied").title.endswith("it does not say why")


def test_a_webhook_that_does_not_answer_refuses_nothing() -> None:
    words = 'Internal error occurred: failed calling webhook "w.example": context deadline exceeded'
    assert refused_job(words).anomalies("admission-webhook-denied") == []


def test_two_policies_are_two_findings() -> None:
    lab = refused_job(BY_POLICY).event(job("train"), "FailedCreate", f"Error creating: {BY_WEBHOOK}")
    assert len(lab.anomalies("admission-webhook-denied")) == 2
