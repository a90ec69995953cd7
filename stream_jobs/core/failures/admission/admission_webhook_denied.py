"""admission-webhook-denied: a policy of the cluster refused the pods, and said why."""

import re
from collections.abc import Iterator

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.leads import ADMISSION
from stream_jobs.core.signs.creations import span, told
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.webhooks import configuration_of

# Webhooks (Kyverno, Gatekeeper), and the API server's own policies since Kubernetes 1.26.
MESSAGE = re.compile(
    r'admission webhook "(?P<webhook>.+?)" denied the request(?:: (?P<why>.+)| without explanation)?'
    r"|ValidatingAdmissionPolicy '(?P<policy>.+?)' with binding '.+?' denied request(?:: (?P<reason>.+))?",
    re.DOTALL,
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    by_policy: dict[str, list[int]] = {}
    found = told(known, cell, MESSAGE)
    for index, (_, match) in enumerate(found):
        by_policy.setdefault(match["webhook"] or match["policy"], []).append(index)
    for indexes in by_policy.values():
        refusals, match = [found[index][0] for index in indexes], found[indexes[-1]][1]
        since, until = span(refusals)
        what = f"Policy {match['policy']}" if match["policy"] else f"Webhook {match['webhook']}"
        now = "refuses" if until is None else "refused"
        why = one_line(match["why"] or match["reason"] or "it does not say why", 240)
        yield Finding(
            says=f"{one_line(what, 160)} {now} what {known.kind} {known.name} wants to create: {why}",
            since=since,
            until=until,
            occurrence=known.uid,
            subject=_subject(cell, match),
            hits=(known.uid,),
            evidence=tuple(each.evidence for each in refusals)[-2:],
        )


def _subject(cell: Cell, match: re.Match[str]) -> Ref | None:
    if match["policy"]:
        return Ref(kind="ValidatingAdmissionPolicy", namespace="", name=match["policy"], group=ADMISSION)
    return configuration_of(cell, match["webhook"])


FAILURE = Failure(
    id="admission-webhook-denied",
    title="Refused by a policy",
    says="A policy that somebody set up for the cluster looked at the object and refused it. Its text says "
    "what has to be different.",
    sees="No pod appears; kubectl describe of its controller shows FailedCreate with 'denied the request' "
    "or 'denied request', and the policy's own words.",
    confirm=(
        "kubectl -n NAMESPACE get events --field-selector reason=FailedCreate shows policy and words",
        "kubectl get validatingadmissionpolicies,validatingwebhookconfigurations lists who may refuse",
    ),
    judges=("*",),  # whatever was refused something
    severity="high",
    role="cause",
    playbook=(
        "Do what the policy's text asks for: a label, an image from an allowed registry, a limit",
        "Ask the platform team about the policy of that name where the text is not clear",
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
