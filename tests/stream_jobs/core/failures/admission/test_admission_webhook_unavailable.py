"""admission-webhook-unavailable: one incident for all whom a dead webhook keeps from creating."""

from collections.abc import Callable

import pytest

from tests.support.lab import Lab, job
from tests.support.refusals import REFUSALS, refused_job, webhook_configuration

CALL = (
    'Internal error occurred: failed calling webhook "mjob.kb.io": failed to call webhook: Post '
    '"https://kueue-webhook-service.kueue-system.svc:443/mutate?timeout=10s": '
)
NO_ENDPOINTS = f'{CALL}no endpoints available for service "kueue-webhook-service"'


@pytest.mark.parametrize(
    "why",
    [
        'no endpoints available for service "kueue-webhook-service"',
        "dial tcp 10.96.3.4:443: connect: connection refused",
        "context deadline exceeded",
        "x509: certificate signed by unknown authority",
        'service "kueue-webhook-service" not found',
        "net/http: TLS handshake timeout",
    ],
)
def test_every_way_in_which_it_does_not_answer(why: str) -> None:
    lab = refused_job(CALL + why)
    found = lab.one("admission-webhook-unavailable")
    assert found.title.startswith("Webhook mjob.kb.io, which has to approve new objects, does not answer: ")
    assert (found.root, found.severity) == (True, "critical")
    assert lab.one("controller-cannot-create-pods").cause == found.id
    assert any("kueue-system get endpoints" in each for each in found.playbook)


@pytest.mark.parametrize("refused", REFUSALS)
def test_whoever_tells_it(refused: Callable[[str], Lab]) -> None:
    assert refused(NO_ENDPOINTS).one("admission-webhook-unavailable").root


def test_all_whom_it_hits_are_one_incident_of_its_configuration() -> None:
    lab = refused_job(NO_ENDPOINTS).apply(job("other"))
    lab.event(job("other"), "FailedCreate", f"Error creating: {NO_ENDPOINTS}", seconds=900)
    lab.apply(webhook_configuration("kueue", "mjob.kb.io", "MutatingWebhookConfiguration"))
    lab.event(job("train"), "SuccessfulCreate", "Created pod: train-x", seconds=30)
    found = lab.one("admission-webhook-unavailable")
    assert (found.subject.name, found.state, len(found.sessions)) == ("kueue", "open", 2)
    causes = {each.subject.name: each.cause for each in lab.anomalies("controller-cannot-create-pods")}
    assert causes == {"train": found.id, "other": found.id}


def test_it_stays_the_same_incident_when_the_configuration_was_removed_to_cure_it() -> None:
    configuration = webhook_configuration("kueue", "mjob.kb.io")
    lab = refused_job(NO_ENDPOINTS).apply(configuration)
    before = lab.one("admission-webhook-unavailable").id
    lab.delete(configuration).event(job("train"), "SuccessfulCreate", "Created pod: train-x", seconds=60)
    found = lab.one("admission-webhook-unavailable")
    assert (found.id, found.state, found.severity) == (before, "closed", "info")


def test_a_refusal_is_an_answer() -> None:
    words = 'admission webhook "mjob.kb.io" denied the request: no queue'
    assert refused_job(words).anomalies("admission-webhook-unavailable") == []
