"""service-account-missing: the pods are to run under an identity that does not exist."""

import re
from collections.abc import Iterator

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.signs.creations import span, told
from stream_jobs.core.signs.messages import shell_word

MESSAGE = re.compile(
    r"error looking up service account (?P<namespace>[^\s/]+)/(?P<name>[^\s:]+): "
    r'serviceaccount "[^"]*" not found'
    r'|(?:serviceaccount|service account) "(?P<short>[^"]+)" (?:was )?not found'
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    found = told(known, cell, MESSAGE)
    names = [(match["namespace"] or known.namespace, match["name"] or match["short"]) for _, match in found]
    for namespace, name in dict.fromkeys(names):
        mine = [each for (each, _), named in zip(found, names, strict=True) if named == (namespace, name)]
        since, until = span(mine)
        now = "does not exist" if until is None else "did not exist"
        yield Finding(
            says=f"ServiceAccount {name}, under which the pods of {known.kind} {known.name} are to run, "
            f"{now} in namespace {namespace}",
            since=since,
            until=until,
            occurrence=known.uid,
            subject=Ref(kind="ServiceAccount", namespace=namespace, name=name),
            hits=(known.uid,),
            evidence=tuple(each.evidence for each in mine)[-2:],
            playbook=(f"kubectl -n {shell_word(namespace)} create serviceaccount {shell_word(name)}",),
        )


FAILURE = Failure(
    id="service-account-missing",
    title="Identity does not exist",
    says="The pods are to run as a ServiceAccount that is not there in this namespace, so none is created.",
    sees="No pod appears; kubectl describe of its controller shows FailedCreate with 'error looking up "
    "service account'.",
    confirm=("kubectl -n NAMESPACE get serviceaccounts does not list the name in the message",),
    judges=("*",),  # whatever was refused something
    severity="high",
    role="cause",
    playbook=(
        "Correct serviceAccountName in the pod template where it is a slip",
        "Else create the ServiceAccount, with its roles, in this namespace: another one's does not count",
    ),
    leads_to=(
        "controller-cannot-create-pods",
        "workflow-step-stuck-pending",
        "workflow-step-failed",
        "workflow-failed",
        "job-running-too-long",
    ),
    find=find,
)
