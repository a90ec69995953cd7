"""pod-security-violation: the namespace does not allow what the pod wants to be allowed."""

import re
from collections.abc import Iterator

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.signs.creations import span, told
from stream_jobs.core.signs.messages import one_line

# Pod Security Admission; OpenShift's constraints; policies of Kubernetes before 1.25; a server that runs
# with --allow-privileged=false.
MESSAGE = re.compile(
    r'violates PodSecurity "(?P<level>.+?)": (?P<what>.+)'
    r"|unable to validate against any (?:security context constraint|pod security policy): (?P<denied>.+)"
    r"|(?P<privileged>securityContext\.privileged: Forbidden: disallowed by cluster policy)",
    re.DOTALL,
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    found = told(known, cell, MESSAGE)
    if not found:
        return
    since, until = span(each for each, _ in found)
    match = found[-1][1]
    by_namespace = match["level"] is not None
    now = "refuses" if until is None else "refused"
    yield Finding(
        says=f"{_who(known, match)} {now} the pods of {known.kind} {known.name}: {_what(match)}",
        since=since,
        until=until,
        occurrence=known.uid,
        subject=Ref(kind="Namespace", namespace="", name=known.namespace) if by_namespace else None,
        hits=(known.uid,),
        evidence=tuple(each.evidence for each, _ in found)[-2:],
    )


def _who(known: Known, match: re.Match[str]) -> str:
    if match["level"] is not None:
        return f"Namespace {known.namespace}, with Pod Security level {one_line(match['level'], 80)},"
    return "The API server" if match["privileged"] else "Every security policy of the cluster"


def _what(match: re.Match[str]) -> str:
    if match["privileged"]:
        return "privileged containers are not allowed in this cluster"
    return one_line(match["what"] or match["denied"], 240)


FAILURE = Failure(
    id="pod-security-violation",
    title="Forbidden by the safety rules",
    says="The pods ask for rights that the rules of the namespace or the cluster do not grant: to run as "
    "root or privileged, or to use the machine's files, network or processes. So none is created.",
    sees="No pod appears; kubectl describe of the Job or ReplicaSet shows FailedCreate with 'violates "
    "PodSecurity' and a list of settings.",
    confirm=(
        "kubectl get namespace NAMESPACE --show-labels shows pod-security.kubernetes.io/enforce",
        "kubectl -n NAMESPACE get events --field-selector reason=FailedCreate lists each setting at fault",
    ),
    judges=("*",),  # whatever was refused something
    severity="high",
    role="cause",
    playbook=(
        "Set the securityContext of pod and containers as the message lists it",
        "Where the rights are truly needed, run in a namespace with a looser level",
        "Where it worked before: look who changed the namespace's labels; pods that run were left alone",
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
