"""pod-security-violation: the namespace's level, OpenShift's constraints, and a server without privileges."""

from collections.abc import Callable

import pytest

from tests.support.lab import Lab, thing
from tests.support.refusals import REFUSALS, refused_job

WORDS = (
    'pods "train-x" is forbidden: violates PodSecurity "restricted:latest": privileged (container "main" '
    "must not set securityContext.privileged=true), host namespaces (hostIPC=true)"
)


@pytest.mark.parametrize("refused", REFUSALS)
def test_the_namespace_is_the_subject(refused: Callable[[str], Lab]) -> None:
    found = refused(WORDS).one("pod-security-violation")
    assert (found.subject.kind, found.subject.name, found.root) == ("Namespace", "ml", True)
    assert "level restricted:latest, refuses the pods of" in found.title
    assert "host namespaces (hostIPC=true)" in found.title


def test_it_explains_why_there_is_no_pod_of_this_job_alone() -> None:
    lab = refused_job(WORDS).apply(thing("Namespace", "ml", namespace=""))
    lab.apply(thing("ReplicaSet", "other", api="apps/v1", spec={}, status={}))
    other = thing("ReplicaSet", "other", api="apps/v1")
    lab.event(other, "FailedCreate", "Error creating: Internal error occurred: something else", seconds=9)
    causes = {each.subject.name: each.cause for each in lab.anomalies("controller-cannot-create-pods")}
    assert causes == {"train": lab.one("pod-security-violation").id, "other": None}


@pytest.mark.parametrize(
    ("words", "who"),
    [
        (
            'pods "x" is forbidden: unable to validate against any security context constraint: '
            "[provider restricted: .spec.securityContext.hostIPC: Invalid value: true]",
            "Every security policy of the cluster",
        ),
        (
            'pods "x" is forbidden: unable to validate against any pod security policy: []',
            "Every security policy",
        ),
        (
            'Pod "x" is invalid: spec.containers[0].securityContext.privileged: Forbidden: disallowed by '
            "cluster policy",
            "The API server",
        ),
    ],
)
def test_other_wordings_name_no_namespace(words: str, who: str) -> None:
    found = refused_job(words).one("pod-security-violation")
    assert found.title.startswith(who)
    assert found.subject.kind == "Job"


def test_a_warning_about_pods_that_were_made_is_none() -> None:
    warned = 'would violate PodSecurity "restricted:latest": runAsNonRoot != true'
    lab = refused_job('pods "x" is forbidden: not yet known')
    assert (
        lab.event(thing("Job", "train", api="batch/v1"), "Warned", warned).anomalies("pod-security-violation")
        == []
    )
