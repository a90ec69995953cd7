"""service-account-missing: the identity is the subject, whoever wanted it."""

from collections.abc import Callable

import pytest

from tests.support.lab import Lab, at, job
from tests.support.refusals import REFUSALS, refused_job

WORDS = (
    'pods "train-" is forbidden: error looking up service account ml/runner: '
    'serviceaccount "runner" not found'
)


@pytest.mark.parametrize("refused", REFUSALS)
def test_the_account_is_the_subject(refused: Callable[[str], Lab]) -> None:
    found = refused(WORDS).one("service-account-missing")
    assert (found.subject.kind, found.subject.name, found.root) == ("ServiceAccount", "runner", True)
    assert found.title.endswith("are to run, does not exist in namespace ml")


def test_it_is_the_reason_why_there_is_no_pod() -> None:
    lab = refused_job(WORDS)
    assert lab.one("controller-cannot-create-pods").cause == lab.one("service-account-missing").id


def test_once_it_was_made_it_is_history() -> None:
    lab = refused_job(WORDS).event(job("train"), "SuccessfulCreate", "Created pod: train-x", seconds=40)
    found = lab.one("service-account-missing")
    assert (found.until, found.severity, lab.session("train").verdict) == (at(40), "info", None)
    assert "did not exist" in found.title


def test_another_rule_is_none() -> None:
    assert refused_job('pods "x" is forbidden: no rule').anomalies("service-account-missing") == []
